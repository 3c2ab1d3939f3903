package autograd

import (
	"fmt"

	"tessera/tensor"
)

// A Param is something that learns: a value and the gradient that backward passes add to.
type Param struct {
	Name        string // in its model, for messages
	Value, Grad *tensor.Tensor
	// Axes names the dimensions as they lie in memory, for readers and writers of checkpoints: "HWIO" for dense
	// convolutions, "HWC" for depthwise ones, "IO" for linear layers, "C" for vectors.
	Axes string
	// Frozen parameters do not learn: tapes recorded while it is set compute no gradient for them.
	Frozen bool
}

// NewParam returns a parameter of zeros. It panics if there is not one letter of axes for each dimension.
func NewParam(axes string, s tensor.Shape) *Param {
	if len(axes) != s.Rank() {
		panic(&tensor.ShapeError{Op: "NewParam " + axes, Got: []tensor.Shape{s}, Detail: "want a letter for each dimension"})
	}
	return &Param{Value: tensor.New(tensor.Float32, s), Grad: tensor.New(tensor.Float32, s), Axes: axes}
}

// Catch calls f and returns the ShapeError it panics with, if it does: for places where a user chose the model or the
// sizes. Any other panic passes.
func Catch(f func()) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *tensor.ShapeError:
			err = v
		default:
			panic(v)
		}
	}()
	f()
	return nil
}

// A NonFiniteError says where NaN or infinity first appeared in a step.
type NonFiniteError struct {
	Step   uint64
	Tensor string
}

// Error names the step and the tensor.
func (e *NonFiniteError) Error() string {
	return fmt.Sprintf("step %d: %s is not finite", e.Step, e.Tensor)
}

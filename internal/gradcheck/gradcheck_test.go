package gradcheck

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/tensor"
)

func ExampleGrid() {
	x := Grid(1, 2, 3)
	fmt.Println(x, x.Data[0] != 0)
	// Output: float32 2×3 true
}

func TestGridKeepsItsDistance(t *testing.T) {
	for _, v := range Grid(3, 10, 10, 10).Data {
		assert.Less(t, math.Abs(float64(v)), 1.0)
		assert.Equal(t, 1.0, math.Mod(math.Abs(float64(v))/(2*step), 2), "an odd multiple of two steps")
		assert.Equal(t, float64(v)+step, float64(v+step), "exact neighbours")
	}
}

// A recorder counts failures instead of failing.
type recorder struct {
	testing.TB
	failures int
}

func (r *recorder) Helper()               {}
func (r *recorder) Errorf(string, ...any) { r.failures++ }

// TestDeviationsAreFound checks sigmoids against references that are slightly off.
func TestDeviationsAreFound(t *testing.T) {
	sigmoid := func(bias, slope float64) Case {
		return Case{
			Inputs: []*tensor.Tensor{Grid(1, 2, 3, 4, 5)},
			Build:  func(t *autograd.Tape, in []*autograd.Var) *autograd.Var { return autograd.Sigmoid(t, in[0]) },
			Reference: func(in [][]float32) []float64 {
				y := make([]float64, len(in[0]))
				for i, x := range in[0] {
					y[i] = bias + 1/(1+math.Exp(-slope*float64(x)))
				}
				return y
			},
			Tolerance: 1e-5,
		}
	}
	for _, c := range []struct {
		name          string
		bias, slope   float64
		value, adrift int
	}{{"right", 0, 1, 0, 0}, {"another value", 1e-4, 1, 1, 0}, {"another slope", 0, 1.001, 1, 1}} {
		t.Run(c.name, func(t *testing.T) {
			test := sigmoid(c.bias, c.slope)
			var value, slope recorder
			test.checkValue(&value, test.run(setting{}))
			test.checkSlope(&slope, 0, test.run(setting{}))
			assert.Equal(t, []int{c.value, c.adrift}, []int{value.failures, slope.failures})
		})
	}
}

// TestNaNIsADeviation feeds what no comparison holds for.
func TestNaNIsADeviation(t *testing.T) {
	var r recorder
	near(&r, "value", []float64{0}, []float32{float32(math.NaN())}, 1)
	assert.Equal(t, 1, r.failures)
}

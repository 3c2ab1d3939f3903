package bench

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/tensor"
)

// Direction is a pass of a layer.
type Direction string

// The passes of a layer. That of the input of a normalisation computes the gradients of scale and shift too.
const (
	Forward Direction = "forward"
	Input   Direction = "input"  // the gradient of the input
	Weight  Direction = "weight" // the gradient of the weights
)

// A Pass is one direction of a layer, ready to run with the kernels of the engine on all workers.
type Pass struct {
	Direction Direction
	FLOPs     int       // see the package comment
	Folded    int       // likewise
	Bytes     int       // likewise
	Run       func()    // computes Out; a gradient of weights is added to it
	Out       []float32 // what Run computes
}

// A Layer is a problem with operands of noise.
type Layer struct {
	Problem Problem
	Passes  []Pass

	folded  int // Pass.Folded of all passes; 0: their FLOPs
	arenas  []*tensor.Arena
	scratch [][]float32
	err     error
}

// NewLayer prepares a problem for parallel.Workers() workers and the kernels that are active now. Its memory must
// be given back by Free. The error is a lack of memory.
func NewLayer(p Problem) (*Layer, error) {
	l := &Layer{Problem: p}
	switch p.Kind {
	case Conv, Gemm:
		l.conv()
	case DWConv:
		l.depthwise()
	case UpConv:
		l.upConv()
	case Norm:
		l.norm()
	default:
		panic(fmt.Sprintf("bench: NewLayer of a %q", p.Kind))
	}
	if l.err != nil {
		l.Free()
		return nil, fmt.Errorf("%s: %w", p, l.err)
	}
	return l, nil
}

// Free gives the memory of the operands back.
func (l *Layer) Free() {
	for _, a := range l.arenas {
		a.Free()
	}
	l.arenas, l.Passes = nil, nil
}

// add appends a pass whose operands, out among them, are moved once each.
func (l *Layer) add(d Direction, flops int, run func(), out []float32, operands ...[]float32) {
	folded := flops
	if l.folded > 0 {
		folded = l.folded
	}
	bytes := 4 * len(out)
	for _, x := range operands {
		bytes += 4 * len(x)
	}
	l.Passes = append(l.Passes, Pass{d, flops, folded, bytes, run, out})
}

// zeros returns memory as a tape would have it: in huge pages, and so that no two operands begin in the same cache
// set.
func (l *Layer) zeros(n int) []float32 {
	at := len(l.arenas) * 61 * tensor.Align
	a, err := tensor.NewArena(at + n)
	if err != nil {
		l.err = err
		return make([]float32, n)
	}
	l.arenas = append(l.arenas, a)
	return a.Floats(at, n)
}

// noise returns numbers in [-1, 1) that depend on n and the number of operands before.
func (l *Layer) noise(n int) []float32 {
	const period = 65521
	key := uint64(len(l.arenas) + 1)
	x := l.zeros(n)
	for i := range min(n, period) {
		key = key*6364136223846793005 + 1442695040888963407
		x[i] = float32(int64(key)>>40) / (1 << 23)
	}
	for done := period; done < n; done *= 2 {
		copy(x[done:], x[:done])
	}
	return x
}

// workers makes scratch of so many floats for each worker.
func (l *Layer) workers(floats int) {
	for range parallel.Workers() {
		l.scratch = append(l.scratch, l.zeros(floats))
	}
}

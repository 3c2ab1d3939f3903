package main

import (
	"fmt"

	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
)

// gomlx prepares a work as a graph for the backend that is pure Go. The convolution is its own, or, with byPatches, a
// product of the patches.
func gomlx(kind string, sizes []int, threads int, byPatches bool) (job, error) {
	backend, err := simplego.New(fmt.Sprintf("parallelism=%d", threads))
	if err != nil {
		return job{}, err
	}
	a, b := []int{sizes[0], sizes[1]}, []int{sizes[1], sizes[2]}
	compute := graph.Dot
	if kind == "conv" {
		c := sizes[3]
		a, b, compute = sizes, []int{3, 3, c, c}, convolve
		if byPatches {
			compute = convolveByPatches
		}
	}
	exec, err := graph.NewExec(backend, compute)
	if err != nil {
		return job{}, err
	}
	x, y := tensor(1, a), tensor(2, b)
	var result *tensors.Tensor
	once := func() error {
		if result != nil { // its memory goes back to the backend, which uses it again
			if err := result.FinalizeAll(); err != nil {
				return err
			}
		}
		result, err = exec.Exec1(x, y)
		return err
	}
	return job{once, func() (sum float64) {
		tensors.MustConstFlatData(result, func(flat []float32) { sum = checksum(flat) })
		return sum
	}}, nil
}

// tensor returns an operand of noise.
func tensor(key int, dims []int) *tensors.Tensor {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return tensors.FromFlatDataAndDimensions(operand(key, n), dims...)
}

// convolve is the convolution of the library: x [N, H, W, C], weights [3, 3, C, O].
func convolve(x, weights *graph.Node) *graph.Node {
	return graph.Convolve(x, weights).Strides(1).PadSame().Done()
}

// convolveByPatches is the same as the product of patches [N·H·W, 9·C] with weights [9·C, O].
func convolveByPatches(x, weights *graph.Node) *graph.Node {
	d, o := x.Shape().Dimensions, weights.Shape().Dimensions[3]
	n, h, w, c := d[0], d[1], d[2], d[3]
	padded := x
	for axis := 1; axis <= 2; axis++ { // the backend has no Pad
		s := padded.Shape().Clone()
		s.Dimensions[axis] = 1
		edge := graph.Zeros(x.Graph(), s)
		padded = graph.Concatenate([]*graph.Node{edge, padded, edge}, axis)
	}
	var shifted []*graph.Node
	for ky := range 3 {
		for kx := range 3 {
			shifted = append(shifted, graph.Slice(padded, graph.AxisRange(), graph.AxisRange(ky, ky+h),
				graph.AxisRange(kx, kx+w), graph.AxisRange()))
		}
	}
	p := graph.Reshape(graph.Concatenate(shifted, -1), n*h*w, 9*c)
	return graph.Reshape(graph.Dot(p, graph.Reshape(weights, 9*c, o)), n, h, w, o)
}

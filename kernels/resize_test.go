package kernels_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// resizeProblems has factors up and down, whole and broken, and outputs that lie among other channels.
var resizeProblems = []kernels.Resize{
	{IH: 4, IW: 6, OH: 8, OW: 12, C: 16, LD: 16}, {IH: 4, IW: 6, OH: 8, OW: 12, C: 37, LD: 40},
	{IH: 5, IW: 3, OH: 7, OW: 8, C: 3, LD: 3}, {IH: 9, IW: 8, OH: 4, OW: 4, C: 7, LD: 7},
	{IH: 3, IW: 3, OH: 12, OW: 9, C: 11, LD: 17}, {IH: 1, IW: 1, OH: 5, OW: 4, C: 300, LD: 300},
	{IH: 6, IW: 5, OH: 1, OW: 1, C: 8, LD: 8}, {IH: 5, IW: 5, OH: 5, OW: 5, C: 2, LD: 2},
	{IH: 7, IW: 4, OH: 3, OW: 8, C: 5, LD: 9},
}

// resizeScratch is enough for every problem.
var resizeScratch = make([]float32, 1<<15)

// resizeKinds are the two ways to resize, the second in both conventions.
var resizeKinds = map[string]struct {
	forward func(r kernels.Resize, row0, row1 int, x, y []float32)
	grad    func(r kernels.Resize, row0, row1 int, accumulate bool, dy, dx []float32)
	matrix  func(r kernels.Resize) (matrix, near []float64)
}{
	"nearest": {kernels.Resize.Nearest, kernels.Resize.NearestGrad, func(r kernels.Resize) (matrix, near []float64) {
		matrix = ref.Nearest(r.IH, r.IW, r.OH, r.OW)
		return matrix, matrix
	}},
	"bilinear": {
		func(r kernels.Resize, row0, row1 int, x, y []float32) {
			r.Bilinear(row0, row1, false, x, y, resizeScratch[:r.Scratch()])
		},
		func(r kernels.Resize, row0, row1 int, accumulate bool, dy, dx []float32) {
			r.BilinearGrad(row0, row1, false, accumulate, dy, dx, resizeScratch[:r.Scratch()])
		},
		func(r kernels.Resize) (matrix, near []float64) { return ref.Bilinear(r.IH, r.IW, r.OH, r.OW, false) },
	},
	"corners": {
		func(r kernels.Resize, row0, row1 int, x, y []float32) {
			r.Bilinear(row0, row1, true, x, y, resizeScratch[:r.Scratch()])
		},
		func(r kernels.Resize, row0, row1 int, accumulate bool, dy, dx []float32) {
			r.BilinearGrad(row0, row1, true, accumulate, dy, dx, resizeScratch[:r.Scratch()])
		},
		func(r kernels.Resize) (matrix, near []float64) { return ref.Bilinear(r.IH, r.IW, r.OH, r.OW, true) },
	},
}

func TestResizeValues(t *testing.T) {
	for name, kind := range resizeKinds {
		kerneltest.EachISA(t, func(t *testing.T) {
			for _, r := range resizeProblems {
				ins, outs := r.IH*r.IW, r.OH*r.OW
				x, dy := kerneltest.Floats(1, ins*r.C), kerneltest.Floats(2, (outs-1)*r.LD+r.C)
				y, dx := kerneltest.Guard(dy, 1), kerneltest.Guard(x, 2)
				matrix, near := kind.matrix(r)
				terms := 4 * (r.IH + r.IW + r.OH + r.OW + outs)

				kind.forward(r, 0, r.OH, x, y.X)
				want, _ := ref.Matrix(outs, ins, r.C, matrix, x)
				_, scale := ref.Matrix(outs, ins, r.C, near, x)
				kerneltest.Near(t, want, scale, terms, resizeDense(r, y.X))
				for i, v := range y.X {
					if i%r.LD >= r.C {
						assert.Equal(t, dy[i], v, "%s wrote between the pixels", name)
					}
				}

				kind.grad(r, 0, r.IH, false, dy, dx.X)
				dense := resizeDense(r, dy)
				want, _ = ref.Matrix(ins, outs, r.C, ref.Transposed(outs, ins, matrix), dense)
				_, scale = ref.Matrix(ins, outs, r.C, ref.Transposed(outs, ins, near), dense)
				kerneltest.Near(t, want, scale, terms, dx.X)
				y.Check(t)
				dx.Check(t)
			}
		})
	}
}

// resizeDense returns the pixels of y without what lies between them.
func resizeDense(r kernels.Resize, y []float32) (dense []float32) {
	for i := range r.OH * r.OW {
		dense = append(dense, y[i*r.LD:][:r.C]...)
	}
	return dense
}

func TestResizeSameBits(t *testing.T) {
	for _, kind := range resizeKinds {
		for _, r := range resizeProblems {
			x, dy := kerneltest.Floats(1, r.IH*r.IW*r.C), kerneltest.Floats(2, (r.OH*r.OW-1)*r.LD+r.C)
			copy(dy[len(dy)/2:], kerneltest.Specials())
			var want []float32
			kerneltest.EachISA(t, func(t *testing.T) {
				y, dx := kerneltest.Floats(3, len(dy)), kerneltest.Floats(4, len(x))
				for row := r.OH - 1; row >= 0; row-- {
					kind.forward(r, row, row+1, x, y)
				}
				kind.grad(r, 0, r.IH/2, true, dy, dx)
				kind.grad(r, r.IH/2, r.IH, true, dy, dx)
				if want == nil {
					want = append(y, dx...)
				}
				kerneltest.Equal(t, want, append(y, dx...))
			})
		}
	}
}

func TestResizeChecksum(t *testing.T) {
	sums := map[string]string{"nearest": "6616bb60315bf215", "bilinear": "283fa4e43761133d", "corners": "fd759b8ff05a96b0"}
	r := kernels.Resize{IH: 7, IW: 5, OH: 16, OW: 10, C: 9, LD: 9}
	x, dy := kerneltest.Floats(1, r.IH*r.IW*r.C), kerneltest.Floats(2, r.OH*r.OW*r.C)
	for name, kind := range resizeKinds {
		y, dx := make([]float32, len(dy)), make([]float32, len(x))
		kind.forward(r, 0, r.OH, x, y)
		kind.grad(r, 0, r.IH, false, dy, dx)
		assert.Equal(t, sums[name], kerneltest.Checksum(y, dx), name)
	}
}

func TestResizeAllocatesNothing(t *testing.T) {
	r := kernels.Resize{IH: 4, IW: 4, OH: 8, OW: 8, C: 20, LD: 20}
	x, y := make([]float32, 16*20), make([]float32, 64*20)
	for name, kind := range resizeKinds {
		assert.Zero(t, testing.AllocsPerRun(10, func() {
			kind.forward(r, 0, r.OH, x, y)
			kind.grad(r, 0, r.IH, true, y, x)
		}), name)
	}
}

// TestResizeBilinearConvention has what PyTorch 2 gives for interpolate([0, 1, 2], size=6, mode="linear").
func TestResizeBilinearConvention(t *testing.T) {
	r := kernels.Resize{IH: 1, IW: 3, OH: 1, OW: 6, C: 1, LD: 1}
	y := make([]float32, 6)
	r.Bilinear(0, 1, false, []float32{0, 1, 2}, y, resizeScratch[:r.Scratch()])
	assert.Equal(t, []float32{0, 0.25, 0.75, 1.25, 1.75, 2}, y)
	r.OW = 5
	r.Bilinear(0, 1, true, []float32{0, 1, 2}, y, resizeScratch[:r.Scratch()])
	assert.Equal(t, []float32{0, 0.5, 1, 1.5, 2}, y[:5])
}

// ExampleResize_Nearest doubles a row of three pixels.
func ExampleResize_Nearest() {
	r := kernels.Resize{IH: 1, IW: 3, OH: 2, OW: 6, C: 1, LD: 1}
	y := make([]float32, 12)
	r.Nearest(0, 2, []float32{1, 2, 3}, y)
	fmt.Println(y)
	// Output: [1 1 2 2 3 3 1 1 2 2 3 3]
}

func BenchmarkResize(b *testing.B) {
	r := kernels.Resize{IH: 64, IW: 64, OH: 128, OW: 128, C: 64, LD: 64}
	x, y := kerneltest.Floats(1, r.IH*r.IW*r.C), kerneltest.Floats(2, r.OH*r.OW*r.C)
	for _, name := range []string{"nearest", "bilinear"} {
		for _, isa := range kernels.Supported() {
			run := func(direction string, f func()) {
				b.Run(fmt.Sprintf("%s/%s/%v", name, direction, isa), func(b *testing.B) {
					defer kernels.Limit(isa)()
					b.SetBytes(int64(4 * (len(x) + len(y))))
					for b.Loop() {
						f()
					}
				})
			}
			run("forward", func() { resizeKinds[name].forward(r, 0, r.OH, x, y) })
			run("grad", func() { resizeKinds[name].grad(r, 0, r.IH, false, y, x) })
		}
	}
}

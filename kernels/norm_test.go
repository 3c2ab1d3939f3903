package kernels_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/kernels"
)

// normCase is a problem of the family: two matrices and three vectors, between fences.
type normCase struct {
	rows, c          int
	x, y, z, u, v, w *kerneltest.Guarded
}

func newNormCase(rows, c, offset int) *normCase {
	guard := func(key uint64, n int) *kerneltest.Guarded {
		return kerneltest.Guard(kerneltest.Floats(key, n), offset)
	}
	return &normCase{rows, c,
		guard(1, rows*c), guard(2, rows*c), guard(3, rows*c), guard(4, c), guard(5, c), guard(6, c)}
}

func (p *normCase) check(t *testing.T) {
	t.Helper()
	for _, g := range []*kerneltest.Guarded{p.x, p.y, p.z, p.u, p.v, p.w} {
		g.Check(t)
	}
}

// results holds everything a kernel may have written.
func (p *normCase) results() [][]float32 {
	return [][]float32{p.x.X, p.y.X, p.z.X, p.u.X, p.v.X, p.w.X}
}

var normKernels = map[string]func(p *normCase){
	"sums":     func(p *normCase) { kernels.ChannelSums(p.rows, p.c, p.x.X, p.u.X) },
	"moments":  func(p *normCase) { kernels.ChannelMoments(p.rows, p.c, p.x.X, p.u.X, p.v.X, p.w.X) },
	"dot":      func(p *normCase) { kernels.ChannelDot(p.rows, p.c, p.x.X, p.y.X, p.u.X) },
	"affine":   func(p *normCase) { kernels.ChannelAffine(p.rows, p.c, false, p.x.X, p.u.X, p.v.X, p.y.X) },
	"inplace":  func(p *normCase) { kernels.ChannelAffine(p.rows, p.c, false, p.x.X, p.u.X, p.v.X, p.x.X) },
	"relu":     func(p *normCase) { kernels.ChannelAffineReLU(p.rows, p.c, false, p.x.X, p.u.X, p.v.X, p.y.X) },
	"scale":    func(p *normCase) { kernels.ChannelAffine(p.rows, p.c, false, p.x.X, p.u.X, nil, p.y.X) },
	"silu":     func(p *normCase) { kernels.ChannelAffineSiLU(p.rows, p.c, false, p.x.X, p.u.X, p.v.X, p.y.X) },
	"relugrad": func(p *normCase) { kernels.ChannelAffineReLUGrad(p.rows, p.c, p.x.X, p.u.X, p.v.X, p.y.X, p.y.X) },
	"silugrad": func(p *normCase) { kernels.ChannelAffineSiLUGrad(p.rows, p.c, p.x.X, p.u.X, p.v.X, p.y.X, p.z.X) },
	"affines":  func(p *normCase) { kernels.ChannelAffine(p.rows, p.c, true, p.x.X, p.u.X, p.v.X, p.y.X) },
	"relus":    func(p *normCase) { kernels.ChannelAffineReLU(p.rows, p.c, true, p.x.X, p.u.X, p.v.X, p.y.X) },
	"silus":    func(p *normCase) { kernels.ChannelAffineSiLU(p.rows, p.c, true, p.x.X, p.u.X, p.v.X, p.y.X) },
	"scales":   func(p *normCase) { kernels.ChannelAffine(p.rows, p.c, true, p.x.X, p.u.X, nil, p.y.X) },
	"grads": func(p *normCase) {
		kernels.BatchNormGrad(p.rows, p.c, false, true, p.x.X, p.y.X, p.u.X, p.v.X, p.w.X, p.z.X)
	},
	"muladd":   func(p *normCase) { kernels.ChannelMulAdd(p.rows, p.c, p.x.X, p.u.X, p.y.X) },
	"add":      func(p *normCase) { kernels.ChannelAdd(p.rows, p.c, p.u.X, p.y.X) },
	"gradsums": func(p *normCase) { kernels.BatchNormGradSums(p.rows, p.c, p.x.X, p.y.X, p.u.X, p.v.X, p.w.X) },
	"grad": func(p *normCase) {
		kernels.BatchNormGrad(p.rows, p.c, false, false, p.x.X, p.y.X, p.u.X, p.v.X, p.w.X, p.z.X)
	},
	"gradadd": func(p *normCase) {
		kernels.BatchNormGrad(p.rows, p.c, true, false, p.x.X, p.y.X, p.u.X, p.v.X, p.w.X, p.z.X)
	},
}

// normGenerically runs f with the generic kernels.
func normGenerically(f func()) {
	defer kernels.Limit(kernels.Generic)()
	f()
}

func TestNormSameBits(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for name, run := range normKernels {
			for _, c := range kerneltest.Sizes(8, 16, 32, 64) {
				for _, rows := range []int{0, 1, 2, 5, 300} {
					want, got := newNormCase(rows, c, 0), newNormCase(rows, c, c%5)
					normGenerically(func() { run(want) })
					run(got)
					got.check(t)
					for i, x := range want.results() {
						kerneltest.Equal(t, x, got.results()[i])
					}
					if t.Failed() {
						t.Fatalf("%s %d×%d", name, rows, c)
					}
				}
			}
		}
	})
}

func TestNormSpecials(t *testing.T) {
	specials := kerneltest.Specials()
	c := len(specials)
	fill := func(p *normCase) *normCase {
		for i := range p.x.X {
			p.x.X[i], p.y.X[i] = specials[i%c], specials[(i+i/c)%c]
		}
		return p
	}
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, run := range normKernels {
			want, got := fill(newNormCase(c, c, 0)), fill(newNormCase(c, c, 1))
			normGenerically(func() { run(want) })
			run(got)
			for i, x := range want.results() {
				kerneltest.Equal(t, x, got.results()[i])
			}
		}
	})
}

func TestNormValues(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, c := range []int{1, 24, 100} {
			const rows = 333
			p := newNormCase(rows, c, 0)
			x, y, u, v, w := p.x.X, p.y.X, p.u.X, p.v.X, p.w.X
			s1, s2, z := make([]float32, c), make([]float32, c), make([]float32, rows*c)

			want, scale := ref.ChannelSums(rows, c, x)
			kernels.ChannelSums(rows, c, x, s1)
			kerneltest.Near(t, want, scale, rows, s1)

			clear(s1)
			want1, scale1, want2, scale2 := ref.ChannelMoments(rows, c, x, u)
			kernels.ChannelMoments(rows, c, x, u, s1, s2)
			kerneltest.Near(t, want1, scale1, rows, s1)
			kerneltest.Near(t, want2, scale2, rows+2, s2)

			clear(s1)
			want, scale = ref.ChannelDot(rows, c, x, y)
			kernels.ChannelDot(rows, c, x, y, s1)
			kerneltest.Near(t, want, scale, rows, s1)

			clear(s1)
			clear(s2)
			want1, scale1, want2, scale2 = ref.BatchNormGradSums(rows, c, x, y, u)
			kernels.BatchNormGradSums(rows, c, x, y, u, s1, s2)
			kerneltest.Near(t, want1, scale1, rows, s1)
			kerneltest.Near(t, want2, scale2, rows+1, s2)

			want, scale = ref.ChannelAffine(rows, c, x, u, v)
			kernels.ChannelAffine(rows, c, false, x, u, v, z)
			kerneltest.Near(t, want, scale, 1, z)

			want, scale = ref.ChannelAffine(rows, c, x, u, make([]float32, c))
			kernels.ChannelAffine(rows, c, false, x, u, nil, z)
			kerneltest.Near(t, want, scale, 0, z)
			clear(z)
			kernels.ChannelMulAdd(rows, c, x, u, z)
			kerneltest.Near(t, want, scale, 0, z)

			ones := make([]float32, c)
			for j := range ones {
				ones[j] = 1
			}
			want, scale = ref.ChannelAffine(rows, c, y, ones, u)
			copy(z, y)
			kernels.ChannelAdd(rows, c, u, z)
			kerneltest.Near(t, want, scale, 1, z)

			want, scale = ref.BatchNormGrad(rows, c, x, y, u, v, w)
			kernels.BatchNormGrad(rows, c, false, false, x, y, u, v, w, z)
			kerneltest.Near(t, want, scale, 2, z)
		}
	})
}

// TestChannelAffineThenActivationIsTheComposition compares each pass with those it stands for, on special numbers too.
func TestChannelAffineThenActivationIsTheComposition(t *testing.T) {
	specials := kerneltest.Specials()
	c := len(specials)
	kerneltest.EachISA(t, func(t *testing.T) {
		p := newNormCase(c, c, 0)
		for i := range p.x.X {
			p.x.X[i], p.v.X[i%c] = specials[(i+i/c)%c], specials[i%c]
		}
		dy := slices.Clone(p.y.X)
		z, want := make([]float32, c*c), make([]float32, c*c)
		kernels.ChannelAffine(c, c, false, p.x.X, p.u.X, p.v.X, z)

		kernels.ReLUGrad(false, z, dy, want)
		normKernels["relugrad"](p)
		kerneltest.Equal(t, want, p.y.X)
		copy(p.y.X, dy)
		kernels.SiLUGrad(false, z, dy, want)
		normKernels["silugrad"](p)
		kerneltest.Equal(t, want, p.z.X)

		kernels.ReLU(z, want)
		normKernels["relu"](p)
		kerneltest.Equal(t, want, p.y.X)
		kernels.SiLU(z, want)
		normKernels["silu"](p)
		kerneltest.Equal(t, want, p.y.X)
	})
}

// TestStreamingChangesNothing compares results past the caches with plain ones, at all distances from a cache line.
func TestStreamingChangesNothing(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		for _, name := range []string{"affine", "relu", "silu", "scale", "grad"} {
			for offset := range 17 {
				want, got := newNormCase(300, 48, offset), newNormCase(300, 48, offset)
				normKernels[name](want)
				normKernels[name+"s"](got)
				got.check(t)
				for i, x := range want.results() {
					kerneltest.Equal(t, x, got.results()[i])
				}
			}
		}
	})
}

func TestNormChecksum(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		p := newNormCase(77, 53, 0)
		for _, name := range []string{"moments", "gradsums", "affine", "muladd", "dot", "gradadd", "sums"} {
			normKernels[name](p)
		}
		assert.Equal(t, "926060208b2d3a68", kerneltest.Checksum(p.results()...))
	})
}

func TestNormPanicsOnShortSlices(t *testing.T) {
	assert.Panics(t, func() { kernels.ChannelSums(3, 4, make([]float32, 11), make([]float32, 4)) })
	assert.Panics(t, func() { kernels.ChannelSums(3, 4, make([]float32, 12), make([]float32, 3)) })
}

func TestNormAllocatesNothing(t *testing.T) {
	p := newNormCase(9, 33, 0)
	for name, run := range normKernels {
		assert.Zero(t, testing.AllocsPerRun(10, func() { run(p) }), name)
	}
}

// ExampleChannelMoments computes the mean and variance of two channels over three pixels.
func ExampleChannelMoments() {
	x := []float32{1, 10, 2, 20, 3, 60}
	shift, s1, s2 := []float32{2, 20}, make([]float32, 2), make([]float32, 2)
	kernels.ChannelMoments(3, 2, x, shift, s1, s2)
	for j := range s1 {
		d := s1[j] / 3
		fmt.Println(shift[j]+d, s2[j]/3-d*d)
	}
	// Output:
	// 2 0.6666667
	// 30 466.6667
}

func BenchmarkNorm(b *testing.B) {
	const c = 96
	streams := map[string]int{"sums": 1, "moments": 1, "dot": 2, "affine": 2, "affines": 2, "silu": 2, "silus": 2,
		"silugrad": 3, "gradsums": 2, "grad": 3, "grads": 3}
	for _, rows := range []int{64, 65536} {
		p := newNormCase(rows, c, 0)
		for _, name := range slices.Sorted(maps.Keys(streams)) {
			for _, isa := range kernels.Supported() {
				b.Run(fmt.Sprintf("%s/%d×%d/%v", name, rows, c, isa), func(b *testing.B) {
					defer kernels.Limit(isa)()
					b.SetBytes(int64(4 * rows * c * streams[name]))
					for b.Loop() {
						normKernels[name](p)
					}
				})
			}
		}
	}
}

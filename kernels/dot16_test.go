package kernels

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// dotProblem makes a random product of so many blocks of m rows (the last of last rows), n columns and segments.
func dotProblem(blocks, m, last, n, segs, depth int, load bool, scale float64) *dot16 {
	rng := rand.New(rand.NewPCG(uint64(blocks*1000+n), uint64(depth)))
	number := func() uint16 { return bf16Of(float32(rng.NormFloat64() * scale)) }
	k, width := segs*depth*dotK, dotWidth(n)
	d := &dot16{lda: k + 6, ldc: n + 3, n: n, load: load}
	d.a = make([]uint16, (blocks*16+16)*d.lda)
	d.b = make([]uint16, (k+8)*width)
	d.c = make([]float32, blocks*16*d.ldc+16)
	for i := range d.a {
		d.a[i] = number()
	}
	for i := range d.b {
		d.b[i] = number()
	}
	for i := range d.c {
		d.c[i] = float32(rng.NormFloat64() * scale)
	}
	for s := range segs {
		d.segs = append(d.segs, dotSeg{a: s * depth * dotK, b: s * depth * dotK * width, blocks: depth})
	}
	for i := range blocks {
		rows := m
		if i == blocks-1 {
			rows = last
		}
		d.blocks = append(d.blocks, dotBlock{a: i * 16 * d.lda, c: i * 16 * d.ldc, m: rows})
	}
	return d
}

// shift makes a problem one whose blocks find B in places of their own, up to four rows of pairs further; some share theirs with the next block.
func (d *dot16) shift() *dot16 {
	for i := range d.blocks {
		d.blocks[i].b = []int{0, 0, 3, 1, 4, 4, 2, 2, 0}[i%9] * 2 * dotWidth(d.n)
	}
	return d
}

// split makes a problem one of numbers in two parts.
func (d *dot16) split() *dot16 {
	d.asmall, d.bsmall = len(d.a), len(d.b)
	d.a, d.b = append(d.a, d.a...), append(d.b, d.b...)
	for i := range d.asmall {
		d.a[d.asmall+i] = bf16Of(math.Float32frombits(uint32(d.a[i])<<16) * float32(i%7) * 0.001)
	}
	for i := range d.bsmall {
		d.b[d.bsmall+i] = bf16Of(math.Float32frombits(uint32(d.b[i])<<16) * float32(i%5) * 0.002)
	}
	return d
}

// at returns B(k, j) within segment s for a block.
func (d *dot16) at(block dotBlock, s dotSeg, k, j int) float64 {
	h := d.b[block.b+s.b+(k/2*dotWidth(d.n)+j)*2+k%2]
	return float64(math.Float32frombits(uint32(h) << 16))
}

func TestDot16Reference(t *testing.T) {
	d := dotProblem(4, 16, 5, 21, 2, 3, true, 1).shift()
	want := append([]float32(nil), d.c...)
	for _, block := range d.blocks {
		for i := range block.m {
			for j := range d.n {
				at := block.c + i*d.ldc + j
				sum, size := float64(d.c[at]), math.Abs(float64(d.c[at]))
				for _, s := range d.segs {
					for k := range s.blocks * dotK {
						a := float64(math.Float32frombits(uint32(d.a[block.a+s.a+i*d.lda+k]) << 16))
						sum += a * d.at(block, s, k, j)
						size += math.Abs(a * d.at(block, s, k, j))
					}
				}
				want[at] = float32(sum)
				_ = size
			}
		}
	}
	dot16Generic(*d)
	for i, v := range want {
		require.InDelta(t, v, d.c[i], 1e-4, "element %d", i)
	}
}

func TestDot16EqualsGeneric(t *testing.T) {
	for _, isa := range Supported()[1:] {
		for _, c := range []struct {
			blocks, m, last, n, segs, depth int
			load                            bool
			scale                           float64
		}{
			{1, 16, 16, 32, 1, 1, false, 1}, {2, 16, 16, 32, 1, 1, true, 1}, {3, 16, 16, 16, 2, 2, false, 1},
			{3, 16, 7, 21, 3, 2, true, 1}, {5, 8, 8, 32, 1, 5, false, 1}, {4, 16, 16, 1, 1, 2, true, 1},
			{1, 1, 1, 11, 9, 1, false, 1}, {9, 16, 3, 16, 2, 2, true, 1}, {9, 16, 16, 32, 2, 3, false, 1}, {2, 16, 16, 32, 2, 2, true, 1e-19}, {2, 16, 16, 32, 2, 2, true, 3e-20},
			{2, 16, 16, 17, 2, 2, true, 1e19}, {2, 16, 16, 17, 1, 1, true, 1e-38}, {40, 16, 16, 32, 9, 2, true, 1},
		} {
			t.Run(fmt.Sprint(isa, c), func(t *testing.T) {
				defer Limit(isa)()
				make := func() *dot16 { return dotProblem(c.blocks, c.m, c.last, c.n, c.segs, c.depth, c.load, c.scale) }
				a, b := make(), make()
				dot16Generic(*a)
				b.run()
				require.Empty(t, cmp.Diff(words(a.c), words(b.c)))
				a, b = make().split(), make().split()
				dot16Generic(*a)
				b.run()
				require.Empty(t, cmp.Diff(words(a.c), words(b.c)), "in two parts")
				a, b = make().shift(), make().shift()
				dot16Generic(*a)
				b.run()
				require.Empty(t, cmp.Diff(words(a.c), words(b.c)), "B in several places")
				a, b = make().shift().split(), make().shift().split()
				dot16Generic(*a)
				b.run()
				require.Empty(t, cmp.Diff(words(a.c), words(b.c)), "B in several places, in two parts")
			})
		}
	}
}

// words returns the bits of floats, NaN all alike.
func words(x []float32) []uint32 {
	y := make([]uint32, len(x))
	for i, v := range x {
		y[i] = math.Float32bits(v)
		if v != v {
			y[i] = math.Float32bits(float32(math.NaN()))
		}
	}
	return y
}

func BenchmarkDot16(b *testing.B) {
	for _, isa := range Supported() {
		for _, n := range []int{32, 16} {
			b.Run(fmt.Sprint(isa, "/", n), func(b *testing.B) {
				defer Limit(isa)()
				d := dotProblem(16, 16, 16, n, 1, 18, false, 1)
				for b.Loop() {
					d.run()
				}
				b.ReportMetric(2*16*16*float64(n)*18*32*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}

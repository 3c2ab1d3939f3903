package post

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/parallel"
	"tessera/segtrain/raster"
)

// exact is the Gaussian kernel itself, over all pairs, in float64.
type exact struct {
	points []float32
	d      int
}

func (e exact) filter(from, to []float32, c int) {
	n := len(e.points) / e.d
	sums := make([]float64, n*c)
	for i := range n {
		for j := range n {
			square := 0.0
			for k := range e.d {
				x := float64(e.points[i*e.d+k]) - float64(e.points[j*e.d+k])
				square += x * x
			}
			weight := math.Exp(-square / 2)
			for k := range c {
				sums[i*c+k] += weight * float64(from[j*c+k])
			}
		}
	}
	for i, v := range sums {
		to[i] = float32(v)
	}
}

// drawing returns a picture of two colours with a little noise, and probabilities that are right in most places.
func drawing(h, w int) (*raster.Image, *raster.Float, []uint8) {
	im, p, truth := raster.NewImage(h, w, 3), raster.NewFloat(h, w, 2), make([]uint8, h*w)
	rough := noise(flagsOf("a"), h, w, 3)
	for i := range truth {
		if (i/w-h/2)*(i/w-h/2)+(i%w-w/2)*(i%w-w/2) < h*w/9 {
			truth[i] = 1
		}
		for c := range 3 {
			im.Pix8[3*i+c] = uint8(60 + 120*int(truth[i]) + i*7%11 + c)
		}
		v := 0.25 + float32(0.5*float32(truth[i])) + float32(0.7*(rough.Pix[i]-0.5))
		v = max(0.02, min(0.98, v))
		p.Pix[2*i], p.Pix[2*i+1] = 1-v, v
	}
	return im, p, truth
}

func TestLatticeIsNearTheKernel(t *testing.T) {
	im, p, _ := drawing(20, 24)
	f := &field{*usualCRF()}
	f.BilateralSxy = 9
	for name, points := range map[string][]float32{"gaussian": f.near(im), "bilateral": f.alike(im)} {
		d := len(points) / (im.H * im.W)
		l := newLattice(points, d)
		for i := range l.n {
			sum := float32(0)
			for _, s := range l.shares[i*(d+1):][:d+1] {
				require.GreaterOrEqual(t, s, float32(-1e-5))
				sum += s
			}
			require.InDelta(t, 1, sum, 1e-5, "barycentric coordinates")
		}
		got, want := make([]float32, len(p.Pix)), make([]float32, len(p.Pix))
		norm, wantNorm := ones(l.n), ones(l.n)
		l.filter(p.Pix, got, 2)
		l.filter(norm, norm, 1)
		exact{points, d}.filter(p.Pix, want, 2)
		exact{points, d}.filter(wantNorm, wantNorm, 1)
		worst := 0.0
		for i := range got { // means under the kernel, which is what messages are
			worst = max(worst, math.Abs(float64(got[i]/norm[i/2]-want[i]/wantNorm[i/2])))
		}
		t.Logf("%s: means differ by %.4f at most", name, worst)
		assert.True(t, worst <= 0.03, name)
	}
}

// reference is the mean field in float64, by its formula.
func reference(f *field, p []float32, c int, points [][]float32, weights []float64) []float64 {
	n := len(p) / c
	q, unary := make([]float64, len(p)), make([]float64, len(p))
	softmax := func(x []float64) {
		for i := range n {
			sum := 0.0
			for k := range c {
				q[i*c+k] = math.Exp(x[i*c+k])
				sum += q[i*c+k]
			}
			for k := range c {
				q[i*c+k] /= sum
			}
		}
	}
	for i, v := range p {
		unary[i] = math.Log(max(float64(v), 1e-5))
	}
	softmax(unary)
	kernel := func(m, i, j int) float64 {
		d, square := len(points[m])/n, 0.0
		for k := range d {
			x := float64(points[m][i*d+k]) - float64(points[m][j*d+k])
			square += x * x
		}
		return math.Exp(-square / 2)
	}
	for range f.Iterations {
		x := append([]float64(nil), unary...)
		for m := range points {
			norm := make([]float64, n)
			for i := range n {
				for j := range n {
					norm[i] += kernel(m, i, j)
				}
			}
			for i := range n {
				for j := range n {
					w := weights[m] * kernel(m, i, j) / math.Sqrt(norm[i]*norm[j])
					for k := range c {
						x[i*c+k] += w * q[j*c+k]
					}
				}
			}
		}
		softmax(x)
	}
	return q
}

// TestCRFAgainstAllPairs compares with the mean field over all pairs of a small picture: its steps with the kernel itself
// nearly exactly, and with lattices as near as these come to it.
func TestCRFAgainstAllPairs(t *testing.T) {
	im, p, truth := drawing(16, 18)
	f := &field{CRF{Iterations: 3, GaussianSxy: 2, GaussianCompat: 1, BilateralSxy: 8, BilateralSrgb: 20, BilateralCompat: 1.5}}
	near, alike := f.near(im), f.alike(im)
	want := reference(f, p.Pix, 2, [][]float32{near, alike}, []float64{1, 1.5})
	steps := f.solve(p.Pix, 2, []message{newMessage(exact{near, 2}, 16*18, 1), newMessage(exact{alike, 5}, 16*18, 1.5)})
	lattices := f.solve(p.Pix, 2, f.messages(im))
	worst, mean, moved := [2]float64{}, 0.0, 0.0
	for i := range want {
		worst[0] = max(worst[0], math.Abs(float64(steps[i])-want[i]))
		worst[1] = max(worst[1], math.Abs(float64(lattices[i])-want[i]))
		mean += math.Abs(float64(lattices[i])-want[i]) / float64(len(want))
		moved = max(moved, math.Abs(float64(p.Pix[i])-want[i]))
	}
	t.Logf("steps %.2g; lattices %.4f at most, %.4f on average; the field moves %.2f", worst[0], worst[1], mean, moved)
	assert.True(t, worst[0] <= 1e-5)
	assert.True(t, worst[1] <= 0.1 && mean <= 0.01)
	assert.Greater(t, moved, 0.3)

	wrong := [2]int{}
	for i, v := range truth {
		for k, q := range [][]float32{p.Pix, lattices} {
			if (q[2*i+1] > 0.5) != (v == 1) {
				wrong[k]++
			}
		}
	}
	assert.Less(t, 4*wrong[1], wrong[0], "a picture of two colours is cleaned")
}

func TestCRFOfChains(t *testing.T) {
	im, p, truth := drawing(20, 24)
	step := usualCRF()
	step.BilateralSxy = 10
	picture := func() (*raster.Image, error) { return im, nil }
	two := Of{Classes: []string{"a", "b"}}
	c, err := NewChain(two, []Step{step})
	require.NoError(t, err)
	got, _, err := c.Apply(p, picture)
	require.NoError(t, err)
	wrong := 0
	for i, v := range got.Pix {
		if v != truth[i] {
			wrong++
		}
	}
	assert.LessOrEqual(t, wrong, 5)

	// A class of its own is a field of two labels.
	flags, err := NewChain(flagsOf("a", "b"), []Step{step})
	require.NoError(t, err)
	_, both, err := flags.Apply(p, picture)
	require.NoError(t, err)
	assert.Equal(t, got.Pix, both.Class(1, -1).Pix)

	defer parallel.SetWorkers(0)
	parallel.SetWorkers(1)
	again, _, err := c.Apply(p, picture)
	require.NoError(t, err)
	assert.Equal(t, got, again)

	gone := errors.New("gone")
	_, _, err = c.Apply(p, func() (*raster.Image, error) { return nil, gone })
	assert.ErrorIs(t, err, gone)
	_, _, err = c.Apply(p, func() (*raster.Image, error) { return raster.NewImage(3, 3, 3), nil })
	assert.ErrorContains(t, err, "crf: probabilities of 20×24 pixels for a picture of 3×3")
}

// TestCRFBits holds the field to the same bits on every machine.
func TestCRFBits(t *testing.T) {
	im, p, _ := drawing(20, 24)
	f := &field{*usualCRF()}
	h := fnv.New64a()
	for _, v := range f.solve(p.Pix, 2, f.messages(im)) {
		require.NoError(t, binary.Write(h, binary.LittleEndian, v))
	}
	assert.Equal(t, "741c4061ed0a4911", fmt.Sprintf("%x", h.Sum64()))
}

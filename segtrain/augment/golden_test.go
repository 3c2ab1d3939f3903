package augment

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/golden"
	"tessera/segtrain/raster"
)

// waves is the picture of tools/golden/augment.py.
func waves(h, w int) *raster.Float {
	f := raster.NewFloat(h, w, 1)
	for i := range f.Pix {
		y, x := float64(i/w)+0.5, float64(i%w)+0.5
		f.Pix[i] = float32(0.5 + 0.2*math.Sin(x/9) + 0.2*math.Cos(y/7) + 0.05*math.Sin((x+y)/11))
	}
	return f
}

// opOf gives the parameters of a golden to the formulas of a transform.
func opOf(t *testing.T, c golden.AugmentCase, h, w int) Op {
	n := c.Numbers
	out := Outside{BorderMode: "constant", Fill: Fill{-1}}
	switch c.Name {
	case "Affine":
		m := motion{n[0], n[1], n[4], n[2], n[3], n[5], n[6]}
		return warp{frame{h, w, h, w}, m.forward(h, w).Inverse(), out.border()}
	case "Rotate":
		return Rotate{Limit: Symmetric{n[0], n[0]}, CropBorder: n[1] == 1, Outside: out}.Always(NewRand(1), h, w)
	case "SafeRotate":
		return SafeRotate{Limit: Symmetric{n[0], n[0]}, Outside: out}.Always(NewRand(1), h, w)
	case "GridDistortion":
		k := len(n) / 2
		g := GridDistortion{NumSteps: k - 1, Normalized: n[0] == 1, Outside: out}
		return g.distort(h, w, n[1:k+1], n[k+1:])
	case "OpticalDistortion":
		return OpticalDistortion{Mode: c.Mode, Outside: out}.bend(n[0], h, w)
	case "Perspective":
		q := quad{{n[0], n[1]}, {n[2], n[3]}, {n[4], n[5]}, {n[6], n[7]}}
		return Perspective{KeepSize: true, Outside: out}.show(q, h, w)
	case "ElasticTransform":
		noise := make([]float32, 2*h*w)
		for i := range noise {
			noise[i] = float32(float64(i*7919%1009)/504 - 1)
		}
		return ElasticTransform{Alpha: n[0], Sigma: n[1], Outside: out}.shift(noise[:h*w], noise[h*w:], h, w)
	}
	t.Fatalf("no transform %s", c.Name)
	return nil
}

// TestWarpsAreThoseOfAlbumentations compares at sample places, away from the edge of the picture: there OpenCV blends
// the fill in, and this package does not. OpenCV's weights have 32 places a pixel, which is what the tolerance is for.
func TestWarpsAreThoseOfAlbumentations(t *testing.T) {
	var g golden.Augment
	golden.Load(t, "augment.json", &g)
	in := waves(g.Height, g.Width)
	var inBytes misses
	for _, c := range g.Cases {
		op := opOf(t, c, g.Height, g.Width)
		out, small := op.Image(in), Bytes(op, grey3(in))
		require.Equal(t, c.Size, []int{out.H, out.W}, "%s %v", c.Name, c.Numbers)
		f, _, ok := asField(op)
		if s, several := op.(sequence); several {
			f, _, ok = asField(s.ops[0])
		}
		require.True(t, ok)
		var places [][2]int
		for _, p := range g.Places {
			if p[0] < out.H && p[1] < out.W {
				places = append(places, p)
			}
		}
		require.Len(t, c.Samples, len(places))
		compared := 0
		for i, p := range places {
			got, want := out.Pix[p[0]*out.W+p[1]], c.Samples[i]
			xs, ys := make([]float64, out.W), make([]float64, out.W)
			f.at(p[0], xs, ys)
			x, y := xs[p[1]], ys[p[1]]
			edge := min(x, y, float64(g.Width)-x, float64(g.Height)-y) // below 0 outside
			if math.Abs(edge) < 1 {
				continue
			}
			compared++
			if edge < 0 {
				assert.Equal(t, []float64{-1, -1}, []float64{float64(got), want}, "%s %v at %v", c.Name, c.Numbers, p)
				continue
			}
			if err := math.Abs(float64(got) - want); !(err <= 1.5e-3) {
				t.Errorf("%s %v at %v: %v, want %v", c.Name, c.Numbers, p, got, want)
			}
			inBytes.add(float64(small.Pix8[3*(p[0]*out.W+p[1])]) - 255*want)
		}
		assert.Greater(t, compared, len(places)*3/5, "%s", c.Name)
	}
	// Rounding the picture and the result are a half each at most, and a quarter in the mean.
	assert.Greater(t, inBytes.n, 500)
	assert.LessOrEqual(t, inBytes.largest, 0.9)
	assert.LessOrEqual(t, inBytes.sum/float64(inBytes.n), 0.295)
}

// misses are differences to a golden.
type misses struct {
	n            int
	largest, sum float64 // of magnitudes
}

func (e *misses) add(v float64) {
	v = math.Abs(v)
	e.n, e.largest, e.sum = e.n+1, max(e.largest, v), e.sum+v
}

// grey3 is a picture of one channel in 8 bits, three times.
func grey3(f *raster.Float) *raster.Image {
	one, out := f.Image(), raster.NewImage(f.H, f.W, 3)
	for i := range out.Pix8 {
		out.Pix8[i] = one.Pix8[i/3]
	}
	return out
}

func TestSymmetriesAreThoseOfAlbumentations(t *testing.T) {
	var g golden.Augment
	golden.Load(t, "augment.json", &g)
	in := raster.NewMask(3, 4)
	for i := range in.Pix {
		in.Pix[i] = uint8(i)
	}
	ops := map[string]Op{
		"e": symmetry(3, 4, 0, false), "r90": symmetry(3, 4, 1, false), "r180": symmetry(3, 4, 2, false),
		"r270": symmetry(3, 4, 3, false), "t": symmetry(3, 4, 0, true), "hvt": symmetry(3, 4, 2, true),
		"h": HorizontalFlip{}.Always(nil, 3, 4), "v": VerticalFlip{}.Always(nil, 3, 4),
	}
	require.Len(t, g.Symmetries, len(ops))
	for name, want := range g.Symmetries {
		assert.Equal(t, want, rowsOf(ops[name].Mask(in)), name)
	}
	// The eight draws of D4 are the eight symmetries.
	seen := map[string]bool{}
	for k := range 8 {
		seen[string(symmetry(3, 4, k&3, k >= 4).Mask(in).Pix)+string(rune('0'+k%2))] = true
	}
	assert.Len(t, seen, 8)
}

func TestBorderModesAreThoseOfOpenCV(t *testing.T) {
	var g golden.Augment
	golden.Load(t, "augment.json", &g)
	in := &raster.Mask{H: 2, W: 3, Pix: []uint8{1, 2, 3, 4, 5, 6}}
	picture := raster.NewFloat(2, 3, 1)
	for i, v := range in.Pix {
		picture.Pix[i] = float32(v)
	}
	require.Len(t, g.Borders, 4)
	for mode, want := range g.Borders {
		op := place(2, 3, 9, 12, 3, 5, Outside{BorderMode: mode}.border())
		mask, image := op.Mask(in), op.Image(picture)
		assert.Equal(t, want, rowsOf(mask), mode)
		for i, v := range mask.Pix {
			require.Equal(t, float32(v), image.Pix[i], mode)
		}
	}
}

func rowsOf(m *raster.Mask) [][]int {
	rows := make([][]int, m.H)
	for i, v := range m.Pix {
		rows[i/m.W] = append(rows[i/m.W], int(v))
	}
	return rows
}

package augment

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// ramp is a picture in which every sample is another value.
func ramp(h, w, c int) *raster.Float {
	f := raster.NewFloat(h, w, c)
	for i := range f.Pix {
		f.Pix[i] = float32(i+1) / float32(len(f.Pix))
	}
	return f
}

func classes(h, w int) *raster.Mask {
	m := raster.NewMask(h, w)
	for i := range m.Pix {
		m.Pix[i] = uint8(i%200 + 1)
	}
	return m
}

func TestFlipsAreExactAndUndone(t *testing.T) {
	flips := map[string]Optional{"horizontal": HorizontalFlip{P: 1}, "vertical": VerticalFlip{P: 1}}
	for name, flip := range flips {
		t.Run(name, func(t *testing.T) {
			in, mask := ramp(3, 5, 2), classes(3, 5)
			op := flip.Always(nil, 3, 5)
			out := op.Image(in)
			for y := range 3 {
				for x := range 5 {
					sy, sx := y, 4-x
					if name == "vertical" {
						sy, sx = 2-y, x
					}
					require.Equal(t, in.Pix[(sy*5+sx)*2:][:2], out.Pix[(y*5+x)*2:][:2])
					require.Equal(t, mask.Pix[sy*5+sx], op.Mask(mask).Pix[y*5+x])
				}
			}
			back := op.(Inverter).Inverse()
			assert.Equal(t, in, back.Image(out))
			assert.Equal(t, mask, back.Mask(op.Mask(mask)))
			assert.Equal(t, ramp(3, 5, 2), in, "an op must not write to its input")
		})
	}
}

func TestMovesComposeToOneExactMove(t *testing.T) {
	b := border{fill: Fill{0.5, 0.25}, mask: 9}
	rng := NewRand(1)
	for range 200 {
		h, w := 1+rng.IntN(6), 1+rng.IntN(6)
		ops, oh, ow := randomMoves(rng, h, w, b)
		one, many := Fuse(h, w, ops...), sequence{ops, oh, ow}
		require.IsType(t, move{}, one)
		in, mask := ramp(h, w, 2), classes(h, w)
		require.Equal(t, many.Image(in), one.Image(in))
		require.Equal(t, many.Mask(mask), one.Mask(mask))
	}
}

// randomMoves returns flips, transposes, crops and pads.
func randomMoves(rng *rand.Rand, h, w int, b border) (ops []Op, oh, ow int) {
	for range 4 {
		var op Op
		switch rng.IntN(4) {
		case 0:
			op = HorizontalFlip{}.Always(nil, h, w)
		case 1:
			op = VerticalFlip{}.Always(nil, h, w)
		case 2:
			op = newMove(frame{h, w, w, h}, lattice{yx: 1, xy: 1}, b)
		default:
			op = place(h, w, 1+rng.IntN(8), 1+rng.IntN(8), rng.IntN(5)-2, rng.IntN(5)-2, b)
		}
		h, w = op.(Geometric).Size()
		ops = append(ops, op)
	}
	return ops, h, w
}

func TestMatrixOfAMoveLeadsToItsSource(t *testing.T) {
	rng := NewRand(2)
	for range 50 {
		ops, _, _ := randomMoves(rng, 4, 5, border{})
		m := Fuse(4, 5, ops...).(move)
		for y := m.keep.Min.Y; y < m.keep.Max.Y; y++ {
			for x := m.keep.Min.X; x < m.keep.Max.X; x++ {
				sx, sy := m.Matrix().At(float64(x)+0.5, float64(y)+0.5)
				want := m.at(image.Pt(x, y))
				require.Equal(t, []float64{float64(want.X) + 0.5, float64(want.Y) + 0.5}, []float64{sx, sy})
			}
		}
	}
}

func TestBordersThatDifferStayApart(t *testing.T) {
	a := place(2, 2, 4, 4, 1, 1, border{fill: Fill{1}, mask: 7})
	b := place(4, 4, 6, 6, 1, 1, border{fill: Fill{0}, mask: 8})
	op := Fuse(2, 2, a, b)
	require.IsType(t, sequence{}, op)
	m := op.Mask(classes(2, 2))
	assert.Equal(t, uint8(8), m.Pix[0])
	assert.Equal(t, uint8(7), m.Pix[6+1])
	assert.Equal(t, uint8(1), m.Pix[2*6+2])
	assert.Equal(t, classes(2, 2), op.(Inverter).Inverse().Mask(m))
}

func TestWarpsFuseIntoOneResampling(t *testing.T) {
	turn := func(degrees float64) RandomAffine {
		return RandomAffine{Scale: same(1, 1), Rotate: Range{degrees, degrees}, P: 1}
	}
	in, mask := ramp(9, 9, 3), classes(9, 9)
	op := Compose{turn(31), HorizontalFlip{P: 1}, turn(31), HorizontalFlip{P: 1}}.Draw(NewRand(1), 9, 9)
	require.IsType(t, warp{}, op, "four ops, one resampling")
	// The second turn runs the other way round between the flips, so all of them together do nothing.
	assert.InDeltaSlice(t, in.Pix, op.Image(in).Pix, 1e-6)
	assert.Equal(t, mask.Pix, op.Mask(mask).Pix)
}

func TestQuarterTurnIsCounterclockwise(t *testing.T) {
	op := RandomAffine{Scale: same(1, 1), Rotate: Range{90, 90}, P: 1}.Draw(NewRand(3), 3, 3)
	mask := &raster.Mask{H: 3, W: 3, Pix: []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9}}
	assert.Equal(t, []uint8{3, 6, 9, 2, 5, 8, 1, 4, 7}, op.Mask(mask).Pix)
}

func TestEnlargingThenTurningIsOnePassShrinkingIsNot(t *testing.T) {
	turn := RandomAffine{Scale: same(1, 1), Rotate: Range{20, 20}, Outside: Outside{Fill: Fill{0.5}}, P: 1}
	assert.IsType(t, warp{}, Compose{Resize{12, 12}, turn}.Draw(NewRand(1), 6, 6))
	assert.IsType(t, sequence{}, Compose{Resize{6, 6}, turn}.Draw(NewRand(1), 12, 12))
}

func TestResizeFlipPadIsResizeAndOneCopy(t *testing.T) {
	c := Compose{Resize{4, 6}, HorizontalFlip{P: 1}, PadIfNeeded{MinHeight: 8, PadWidthDivisor: 8}}
	op := c.Draw(NewRand(1), 8, 12)
	require.Len(t, op.(sequence).ops, 2)
	small := raster.ResizeFloat(ramp(8, 12, 1), 4, 6)
	out := op.Image(ramp(8, 12, 1))
	require.Equal(t, []int{8, 8}, []int{out.H, out.W})
	for y := range 4 {
		for x := range 6 {
			assert.Equal(t, small.Pix[y*6+5-x], out.Pix[(y+2)*8+x+1])
		}
	}
	back := op.(Inverter).Inverse().Mask(op.Mask(classes(8, 12)))
	assert.Equal(t, []int{8, 12}, []int{back.H, back.W})
}

func TestLetterbox(t *testing.T) {
	tests := []struct{ h, w, boxH, boxW, top, left, rh, rw int }{
		{10, 20, 8, 8, 2, 0, 4, 8},
		{20, 10, 8, 8, 0, 2, 8, 4},
		{4, 4, 8, 16, 0, 4, 8, 8},
		{8, 8, 8, 8, 0, 0, 8, 8},
		{1, 1000, 8, 8, 3, 0, 1, 8},
		{7, 9, 9, 9, 1, 0, 7, 9},
	}
	for _, tt := range tests {
		class := uint8(255)
		op := Letterbox{tt.boxH, tt.boxW, Fill{0.25}, &class}.Draw(nil, tt.h, tt.w)
		ones := raster.NewMask(tt.h, tt.w)
		img := raster.NewFloat(tt.h, tt.w, 1)
		m, f := op.Mask(ones), op.Image(img)
		require.Equal(t, []int{tt.boxH, tt.boxW, tt.boxH, tt.boxW}, []int{m.H, m.W, f.H, f.W})
		for i, v := range m.Pix {
			y, x := i/m.W, i%m.W
			inside := y >= tt.top && y < tt.top+tt.rh && x >= tt.left && x < tt.left+tt.rw
			assert.Equal(t, inside, v == 0, "%+v: mask at %d,%d", tt, y, x)
			assert.Equal(t, inside, f.Pix[i] != 0.25, "%+v: image at %d,%d", tt, y, x)
		}
		back := op.(Inverter).Inverse().Mask(m)
		assert.Equal(t, ones, back, "%+v", tt)
	}
}

// TestMarkerStaysAligned draws a square into image and mask, and looks whether both show it in the same
// place.
func TestMarkerStaysAligned(t *testing.T) {
	ignore := uint8(255)
	tests := map[string]Transform{
		"HorizontalFlip": HorizontalFlip{P: 1},
		"VerticalFlip":   VerticalFlip{P: 1},
		"Resize":         Resize{64, 48},
		"Letterbox":      Letterbox{48, 48, Fill{0}, &ignore},
		"PadIfNeeded":    PadIfNeeded{MinHeight: 70, PadWidthDivisor: 32, Position: "random"},
		"Affine": RandomAffine{
			Scale: same(0.8, 1.3), TranslatePercent: same(-0.1, 0.1), Rotate: Range{-30, 30}, P: 1},
		"Compose": Compose{Resize{50, 50}, OneOf{Compose{HorizontalFlip{1}, VerticalFlip{1}}, 1},
			RandomAffine{Scale: same(0.9, 1.1), Rotate: Range{-90, 90}, P: 1},
			PadIfNeeded{MinHeight: 64, MinWidth: 64}},
	}
	const h, w = 32, 40
	img, mask := raster.NewFloat(h, w, 1), raster.NewMask(h, w)
	for y := 6; y < 16; y++ {
		for x := 9; x < 21; x++ {
			img.Pix[y*w+x], mask.Pix[y*w+x] = 1, 1
		}
	}
	for name, transform := range tests {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				op := transform.Draw(NewRand(seed), h, w)
				f, m := op.Image(img), op.Mask(mask)
				require.Equal(t, []int{f.H, f.W}, []int{m.H, m.W})
				var both, either float64
				for i, v := range m.Pix {
					bright := f.Pix[i] >= 0.5
					if bright && v == 1 {
						both++
					}
					if bright || v == 1 {
						either++
					}
				}
				require.True(t, either > 50 && both/either >= 0.85,
					"seed %d: %v of %v pixels agree", seed, both, either)
			}
		})
	}
}

func TestOpRefusesAnotherSize(t *testing.T) {
	op := HorizontalFlip{P: 1}.Always(nil, 3, 5)
	assert.PanicsWithValue(t, "augment: an op drawn for 3×5 pixels was applied to 5×3",
		func() { op.Image(ramp(5, 3, 1)) })
}

func TestSincos(t *testing.T) {
	for d := -400.0; d <= 400; d += 7.25 {
		s, c := sincos(d)
		assert.InDelta(t, math.Sin(d*math.Pi/180), s, 4e-16*3)
		assert.InDelta(t, math.Cos(d*math.Pi/180), c, 4e-16*3)
	}
	for quarter, want := range [][2]float64{{0, 1}, {1, 0}, {0, -1}, {-1, 0}} {
		s, c := sincos(float64(90 * quarter))
		assert.Equal(t, want, [2]float64{s + 0, c + 0})
	}
}

func TestAffineInverse(t *testing.T) {
	a := Affine{2, 0.5, 3, -1, 1.5, -4}
	i := a.Mul(a.Inverse())
	assert.InDeltaSlice(t, []float64{1, 0, 0, 0, 1, 0}, []float64{i.XX, i.XY, i.X0, i.YX, i.YY, i.Y0}, 1e-12)
	assert.Panics(t, func() { Affine{XX: 1}.Inverse() })
}

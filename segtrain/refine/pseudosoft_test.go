package refine

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// three is a row of pixels of three classes.
func three(pixels ...[3]float32) *raster.Float {
	p := raster.NewFloat(1, len(pixels), 3)
	for i, v := range pixels {
		copy(p.Pix[3*i:], v[:])
	}
	return p
}

func TestSoftLabel(t *testing.T) {
	members := []*raster.Float{
		three([3]float32{0.5, 0.25, 0.25}, [3]float32{0, 1, 0}, [3]float32{0.1, 0.3, 0.6}, [3]float32{0.4, 0.2, 0.4}, [3]float32{0.5, 0.5, 0}),
		three([3]float32{0.7, 0.05, 0.25}, [3]float32{0, 1, 0}, [3]float32{0.1, 0.5, 0.4}, [3]float32{0.4, 0.2, 0.4}, [3]float32{0.5, 0.5, 0}),
	}
	l := NewPseudoLabel(members, PseudoRule{Thresholds: []float64{0.45, 0.45, 0.45}})
	second, share := l.Soft()
	assert.Equal(t, []uint8{0, 1, 2, PseudoIgnore, 0}, l.Mask.Pix)
	// 0.6 and 0.25 of class 2; all of class 1, so that any other will do; 0.5 and 0.4 of class 1; no label; halves.
	assert.Equal(t, []uint8{2, 0, 1, PseudoIgnore, 1}, second.Pix)
	assert.Equal(t, []uint8{180, 255, 142, 0, 128}, share.Pix)
	assert.InDelta(t, 0.85+1+0.9+1, l.TopTwo, 1e-6)
	for i, v := range share.Pix {
		if p := l.Mean.Pix[3*i:][:3]; l.Mask.Pix[i] != PseudoIgnore {
			want := float64(p[l.Mask.Pix[i]]) / float64(p[l.Mask.Pix[i]]+p[second.Pix[i]])
			require.True(t, math.Abs(float64(v)/255-want) <= 0.5/255+1e-7, "pixel %d", i)
		}
	}
}

// A class without a probability at all, and one that has no other beside it, have the pixel to themselves.
func TestSoftLabelAtTheEdges(t *testing.T) {
	l := NewPseudoLabel([]*raster.Float{three([3]float32{})}, PseudoRule{Thresholds: []float64{0, 0, 0}})
	second, share := l.Soft()
	assert.Equal(t, []uint8{0, 1, 255}, []uint8{l.Mask.Pix[0], second.Pix[0], share.Pix[0]})

	one := raster.NewFloat(1, 1, 1)
	one.Pix[0] = 0.7
	second, share = NewPseudoLabel([]*raster.Float{one}, PseudoRule{Thresholds: []float64{0.5}}).Soft()
	assert.Equal(t, []uint8{0, 255}, []uint8{second.Pix[0], share.Pix[0]})

	a, b := SoftFiles("set", "x/y")
	assert.Equal(t, []string{filepath.Join("set", "second", "x", "y.png"), filepath.Join("set", "share", "x", "y.png")}, []string{a, b})
}

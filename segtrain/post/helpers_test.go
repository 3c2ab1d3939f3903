package post

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

var abc = Of{Classes: []string{"a", "b", "c"}}

func flagsOf(classes ...string) Of { return Of{Task: metric.Multilabel, Classes: classes} }

// noise returns random probabilities in patches, so that components have several sizes; they add up to 1 unless the task has
// flags.
func noise(of Of, h, w int, seed uint64) *raster.Float {
	rng := rand.New(rand.NewPCG(seed, 7))
	c := len(of.Classes)
	coarse := raster.NewFloat((h+1)/2, (w+1)/2, c)
	for i := range coarse.Pix {
		coarse.Pix[i] = rng.Float32()
	}
	p := raster.NewFloat(h, w, c)
	for y := range h {
		for x := range w {
			v := p.Pix[(y*w+x)*c:][:c]
			sum := float32(0)
			for k := range v {
				v[k] = float32(0.7*coarse.Pix[(y/2*coarse.W+x/2)*c+k]) + float32(0.3*rng.Float32())
				sum += v[k]
			}
			for k := range v {
				if !of.Task.Flags() {
					v[k] /= sum
				}
			}
		}
	}
	return p
}

// masks applies steps and returns the mask of each class.
func masks(t *testing.T, of Of, p *raster.Float, steps ...Step) [][]uint8 {
	t.Helper()
	c, err := NewChain(of, steps)
	require.NoError(t, err)
	before := append([]float32(nil), p.Pix...)
	classes, flags, err := c.Apply(p, nil)
	require.NoError(t, err)
	require.Equal(t, before, p.Pix, "probabilities are not written to")
	list := make([][]uint8, len(of.Classes))
	for k := range list {
		switch {
		case flags != nil:
			list[k] = flags.Class(k, -1).Pix
		case of.Task == metric.Binary:
			list[k] = classes.Pix
		default:
			list[k] = make([]uint8, len(classes.Pix))
			for i, v := range classes.Pix {
				if int(v) == k {
					list[k][i] = 1
				}
			}
		}
	}
	return list
}

// flood returns the pixels connected with one, by the definition: those that a walk over pixels of its value reaches.
func flood(plane []uint8, h, w, from, connectivity int) map[int]bool {
	seen := map[int]bool{from: true}
	for list := []int{from}; len(list) > 0; {
		i := list[0]
		list = list[1:]
		for dy := -1; dy <= 1; dy++ {
			for dx := -1; dx <= 1; dx++ {
				y, x := i/w+dy, i%w+dx
				if connectivity == 4 && dx*dy != 0 || y < 0 || x < 0 || y >= h || x >= w {
					continue
				}
				if j := y*w + x; !seen[j] && plane[j] == plane[i] {
					seen[j] = true
					list = append(list, j)
				}
			}
		}
	}
	return seen
}

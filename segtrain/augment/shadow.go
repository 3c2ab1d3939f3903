package augment

import (
	"fmt"
	"image"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() {
	register("RandomShadow", RandomShadow{ShadowROI: [4]float64{0, 0.5, 1, 1}, NumShadowsLimit: IntRange{1, 2}, ShadowDimension: 5, ShadowIntensityRange: Range{0.5, 0.5}, P: 0.5})
}

// RandomShadow darkens some polygons in a part of the picture (Albumentations: RandomShadow). ShadowROI is x and y of its upper left
// and lower right corners, as shares.
type RandomShadow struct {
	ShadowROI            [4]float64 `yaml:"shadow_roi"`
	NumShadowsLimit      IntRange   `yaml:"num_shadows_limit"`
	ShadowDimension      int        `yaml:"shadow_dimension"`       // corners of a polygon
	ShadowIntensityRange Range      `yaml:"shadow_intensity_range"` // 1 is black
	P                    float64    `yaml:"p"`
}

// Chance returns P.
func (t RandomShadow) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the polygons.
func (t RandomShadow) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the polygons. The op is a Painter.
func (t RandomShadow) Always(rng *rand.Rand, h, w int) Op {
	x0, x1 := int(t.ShadowROI[0]*float64(w)), int(t.ShadowROI[2]*float64(w))
	y0, y1 := int(t.ShadowROI[1]*float64(h)), int(t.ShadowROI[3]*float64(h))
	var shadows []brush
	for range drawInt(rng, t.NumShadowsLimit) {
		s := shadow{corners: make([]image.Point, t.ShadowDimension)}
		for i := range s.corners {
			s.corners[i] = image.Pt(x0+rng.IntN(max(x1-x0, 1)), y0+rng.IntN(max(y1-y0, 1)))
		}
		light := 1 - drawReal(rng, t.ShadowIntensityRange)
		s.light = tableOf(func(v float64) float64 { return light * v })
		shadows = append(shadows, s)
	}
	return paint(h, w, shadows...)
}

// Validate checks the settings.
func (t RandomShadow) Validate() error {
	return firstError(t.checkROI(),
		checkRange("num_shadows_limit", t.NumShadowsLimit, 1, 1000),
		checkReal("shadow_dimension", t.ShadowDimension, 3, 1000),
		checkRange("shadow_intensity_range", t.ShadowIntensityRange, 0, 1),
		checkChance(t.P))
}

func (t RandomShadow) checkROI() error {
	r := t.ShadowROI
	if !(r[0] >= 0 && r[0] <= r[2] && r[2] <= 1 && r[1] >= 0 && r[1] <= r[3] && r[3] <= 1) {
		return fmt.Errorf("shadow_roi: must be [x0, y0, x1, y1] in [0, 1] with x0 ≤ x1 and y0 ≤ y1, not %v", r)
	}
	return nil
}

type shadow struct {
	corners []image.Point
	light   table
}

func (b shadow) stroke(dst, src *raster.Image) {
	copyImage(dst, src)
	covered := make([]bool, src.W)
	for y := range src.H {
		clear(covered)
		for _, run := range polygonRow(b.corners, y) {
			for x := max(run[0], 0); x <= min(run[1], src.W-1); x++ {
				covered[x] = true
			}
		}
		for x, dark := range covered {
			if dark {
				pixel := dst.Pix8[(y*src.W+x)*src.C:][:src.C]
				for k, v := range pixel {
					pixel[k] = b.light[0][v]
				}
			}
		}
	}
}

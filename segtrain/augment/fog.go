package augment

import (
	"math"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() { register("RandomFog", RandomFog{AlphaCoef: 0.08, FogCoefRange: Range{0.3, 1}, P: 0.5}) }

// RandomFog lays discs of thin white over each other, denser towards the middle, and blurs (Albumentations: RandomFog). FogCoefRange is
// how much there is of it, AlphaCoef how thick a disc is.
type RandomFog struct {
	AlphaCoef    float64 `yaml:"alpha_coef"`
	FogCoefRange Range   `yaml:"fog_coef_range"`
	P            float64 `yaml:"p"`
}

// Chance returns P.
func (t RandomFog) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the discs.
func (t RandomFog) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the discs. The op is a Painter.
func (t RandomFog) Always(rng *rand.Rand, h, w int) Op {
	intensity := drawReal(rng, t.FogCoefRange)
	region := max(1, int(float64(w/3)*intensity))
	largest := max(2, int(float64(min(h, w))*0.1*intensity))
	var discs []disk
	for i, dw, dh := 0, w, h; i < 10 && dw > region && dh > region; i++ {
		for range int(float64(dw*dh) / float64(region*region) * intensity * 10) {
			x, y := (w-1)/2-dw/2+rng.IntN(dw/2*2+1), (h-1)/2-dh/2+rng.IntN(dh/2*2+1)
			smallest := max(1, largest/2)
			discs = append(discs, disk{y, x, smallest + rng.IntN(max(largest-smallest, 1))})
		}
		dw, dh = int(float64(dw)*0.9), int(float64(dh)*0.9)
	}
	k := max(3, min(h, w)/30) | 1
	return paint(h, w, fog{discs, t.AlphaCoef * intensity}, separable(openCVBell(k, 0)))
}

// Validate checks the settings.
func (t RandomFog) Validate() error {
	return firstError(checkReal("alpha_coef", t.AlphaCoef, 0, 1),
		checkRange("fog_coef_range", t.FogCoefRange, 0, 1),
		checkChance(t.P))
}

// disk is a disc of pixels.
type disk struct{ y, x, radius int }

// fog counts the discs over each pixel: n of them let (1 − alpha)ⁿ of its darkness through.
type fog struct {
	discs []disk
	alpha float64
}

func (b fog) stroke(dst, src *raster.Image) {
	count := make([]int32, src.H*(src.W+1)) // what a pixel has more of than the one before
	for _, d := range b.discs {
		for y := max(d.y-d.radius, 0); y <= min(d.y+d.radius, src.H-1); y++ {
			reach := int(math.Sqrt(float64(d.radius*d.radius - (y-d.y)*(y-d.y))))
			if x0, x1 := max(d.x-reach, 0), min(d.x+reach, src.W-1); x0 <= x1 {
				count[y*(src.W+1)+x0]++
				count[y*(src.W+1)+x1+1]--
			}
		}
	}
	through := make([]int32, len(b.discs)+1) // of 2¹⁶
	for i, share := 0, 65536.0; i < len(through); i++ {
		through[i] = whole(share)
		share *= 1 - b.alpha
	}
	for y := range src.H {
		n := int32(0)
		for x := range src.W {
			n += count[y*(src.W+1)+x]
			at := (y*src.W + x) * src.C
			for k := at; k < at+src.C; k++ {
				dst.Pix8[k] = uint8(255 - ((255-int32(src.Pix8[k]))*through[n]+1<<15)>>16)
			}
		}
	}
}

package augment

import (
	"math"
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() {
	register("UnsharpMask", UnsharpMask{BlurLimit: KernelSize{3, 7}, Alpha: FromZero{0.2, 0.5}, Threshold: 10, P: 0.5})
}

// UnsharpMask adds a share of what a Gaussian blur takes away, where that is more than Threshold, in units of 1/255; the
// places are softened by the same blur (Albumentations: UnsharpMask). A sigma of 0 follows from the window.
type UnsharpMask struct {
	BlurLimit KernelSize `yaml:"blur_limit"`

	SigmaLimit FromZero `yaml:"sigma_limit"`
	Alpha      FromZero `yaml:"alpha"`
	Threshold  int      `yaml:"threshold"`
	P          float64  `yaml:"p"`
}

// Chance returns P.
func (t UnsharpMask) Chance() float64 { return t.P }

// Draw tosses a coin, then draws window, standard deviation and share.
func (t UnsharpMask) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws window, standard deviation and share. The op is a Painter.
func (t UnsharpMask) Always(rng *rand.Rand, h, w int) Op {
	k := drawSize(rng, t.BlurLimit)
	sigma := drawReal(rng, t.SigmaLimit)
	return paint(h, w, unsharp{separable(openCVBell(k, sigma)), drawReal(rng, t.Alpha), t.Threshold})
}

// Validate checks the settings.
func (t UnsharpMask) Validate() error {
	return firstError(checkKernel("blur_limit", t.BlurLimit),
		checkRange("sigma_limit", t.SigmaLimit, 0, 14),
		checkRange("alpha", t.Alpha, 0, 1),
		checkReal("threshold", t.Threshold, 0, 255),
		checkChance(t.P))
}

type unsharp struct {
	blur      filter
	alpha     float64
	threshold int
}

func (b unsharp) stroke(dst, src *raster.Image) {
	blurred, places := canvas(src.H, src.W, src.C), canvas(src.H, src.W, src.C)
	defer canvases.Put(blurred)
	defer canvases.Put(places)
	b.blur.stroke(blurred, src)
	for i, v := range src.Pix8 {
		places.Pix8[i] = 0
		if d := int(v) - int(blurred.Pix8[i]); d > b.threshold || -d > b.threshold {
			places.Pix8[i] = 255
		}
	}
	b.blur.stroke(places, places)
	alpha := int(math.Floor(float64(b.alpha*65536) + 0.5))
	for i, v := range src.Pix8 {
		old := int(v) << 16
		sharp := min(max(old+alpha*(int(v)-int(blurred.Pix8[i])), 0), 255<<16)
		dst.Pix8[i] = uint8((old + (sharp-old)/255*int(places.Pix8[i]) + 1<<15) >> 16)
	}
}

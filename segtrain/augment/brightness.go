package augment

import (
	"math/rand/v2"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

func init() {
	register("RandomBrightnessContrast", RandomBrightnessContrast{BrightnessLimit: Symmetric{-0.2, 0.2}, ContrastLimit: Symmetric{-0.2, 0.2}, BrightnessByMax: true, P: 0.5})
}

// RandomBrightnessContrast multiplies samples by 1 + contrast and adds a brightness: a share of white, or of the picture's
// mean where BrightnessByMax is false (Albumentations: RandomBrightnessContrast).
type RandomBrightnessContrast struct {
	BrightnessLimit Symmetric `yaml:"brightness_limit"`
	ContrastLimit   Symmetric `yaml:"contrast_limit"`
	BrightnessByMax bool      `yaml:"brightness_by_max"`
	EnsureSafeRange bool      `yaml:"ensure_safe_range"` // weaken both so that nothing is cut off
	P               float64   `yaml:"p"`
}

// Chance returns P.
func (t RandomBrightnessContrast) Chance() float64 { return t.P }

// Draw tosses a coin, then draws contrast and brightness.
func (t RandomBrightnessContrast) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws contrast and brightness. The op is a Painter.
func (t RandomBrightnessContrast) Always(rng *rand.Rand, h, w int) Op {
	alpha := 1 + drawReal(rng, t.ContrastLimit)
	beta := drawReal(rng, t.BrightnessLimit)
	if !t.BrightnessByMax {
		return paint(h, w, meanContrast{alpha, beta, t.EnsureSafeRange})
	}
	return paint(h, w, contrast(alpha, float64(beta*255), t.EnsureSafeRange))
}

// Validate checks the settings.
func (t RandomBrightnessContrast) Validate() error {
	return firstError(checkRange("brightness_limit", t.BrightnessLimit, -1, 1),
		checkRange("contrast_limit", t.ContrastLimit, -1, 1),
		checkChance(t.P))
}

// contrast is the table of alpha·v + beta.
func contrast(alpha, beta float64, safe bool) table {
	if safe {
		beta = min(max(beta, 0), 255)
		alpha = min(alpha, (255-beta)/255)
	}
	return tableOf(func(v float64) float64 { return float64(alpha*v) + beta })
}

// meanContrast adds beta times the mean of the picture.
type meanContrast struct {
	alpha, beta float64
	safe        bool
}

func (b meanContrast) stroke(dst, src *raster.Image) {
	contrast(b.alpha, float64(b.beta*mean(src.Pix8)), b.safe).stroke(dst, src)
}

// mean is the mean of all samples.
func mean(pix []uint8) float64 {
	var sum float64 // of whole numbers
	for i := 0; i < len(pix); i += strip {
		sum += float64(kernels.ByteSum(pix[i:min(i+strip, len(pix))]))
	}
	return sum / float64(len(pix))
}

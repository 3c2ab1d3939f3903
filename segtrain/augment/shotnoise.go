package augment

import (
	"math/rand/v2"

	"tessera/internal/random"
	"tessera/kernels"
	"tessera/segtrain/raster"
)

func init() { register("ShotNoise", ShotNoise{ScaleRange: Range{0.1, 0.3}, P: 0.5}) }

// ShotNoise counts photons: samples become linear light, light a Poisson-distributed number of photons of 1/scale to white, and back
// (Albumentations: ShotNoise). The larger the scale, the fewer photons: the default is the noise of a very dark scene.
type ShotNoise struct {
	ScaleRange Range   `yaml:"scale_range"`
	P          float64 `yaml:"p"`
}

// Chance returns P.
func (t ShotNoise) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the scale and the key of the noise.
func (t ShotNoise) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the scale and the key of the noise. The op is a Painter.
func (t ShotNoise) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, shotNoise{rng.Uint64(), drawReal(rng, t.ScaleRange)})
}

// Validate checks the settings.
func (t ShotNoise) Validate() error {
	return firstError(checkRange("scale_range", t.ScaleRange, 0.002, 100),
		checkChance(t.P))
}

type shotNoise struct {
	key   uint64
	scale float64
}

func (b shotNoise) stroke(dst, src *raster.Image) {
	t := b.tables()
	var bits uint64
	for i, v := range src.Pix8 {
		if i&3 == 0 {
			bits = random.At(b.key, i>>2)
		}
		dst.Pix8[i] = t[int(v)<<shotBits|int(bits&(1<<shotBits-1))]
		bits >>= 16
	}
}

const shotBits = 10

// tables holds, for each sample, what it may become, in 1024 steps of equal probability.
func (b shotNoise) tables() []uint8 {
	t := make([]uint8, 256<<shotBits)
	counts := []uint8{}
	for v := range 256 {
		rate := (power(float64(v)/255, 2.2) + float64(b.scale*1e-6)) / b.scale
		chance := kernels.Exp64(-rate)
		sum, n := chance, 0
		for i := range 1 << shotBits {
			for sum < (float64(i)+0.5)/(1<<shotBits) && n < 4096 {
				n++
				chance = float64(chance * (rate / float64(n)))
				sum += chance
			}
			for len(counts) <= n {
				light := min(float64(float64(len(counts))*b.scale), 1)
				counts = append(counts, uint8(roundEven(255*power(light, 1/2.2))))
			}
			t[v<<shotBits|i] = counts[n]
		}
	}
	return t
}

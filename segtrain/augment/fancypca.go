package augment

import (
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() { register("FancyPCA", FancyPCA{Alpha: 0.1, P: 0.5}) }

// FancyPCA adds one colour to all pixels: the principal components of the picture's colours, each times its variance and a
// normally distributed number (Krizhevsky, Sutskever, Hinton: "ImageNet Classification with Deep Convolutional Neural Networks",
// NIPS 2012, 4.1). Albumentations: FancyPCA, which multiplies pixels instead, by a matrix that depends on the signs its
// eigenvectors happen to have.
type FancyPCA struct {
	Alpha float64 `yaml:"alpha"` // standard deviation
	P     float64 `yaml:"p"`
}

// Chance returns P.
func (t FancyPCA) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the key of the numbers.
func (t FancyPCA) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the key of the numbers. The op is a Painter.
func (t FancyPCA) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, fancyPCA{rng.Uint64(), t.Alpha})
}

// Validate checks the settings.
func (t FancyPCA) Validate() error {
	return firstError(checkReal("alpha", t.Alpha, 0, 10),
		checkChance(t.P))
}

type fancyPCA struct {
	key   uint64
	alpha float64
}

func (b fancyPCA) stroke(dst, src *raster.Image) {
	values, vectors := eigen(covariance(src))
	rng := NewRand(b.key)
	shift := make([]float64, src.C)
	for k, v := range values {
		a := float64(b.alpha * gaussian(rng) * v * 255)
		for c := range shift {
			shift[c] += float64(a * vectors[c][k])
		}
	}
	var t table
	for _, s := range shift {
		t = append(t, brighter(s, -1)...)
	}
	t.stroke(dst, src)
}

// covariance returns that of the channels, with samples in 0..1.
func covariance(im *raster.Image) [][]float64 {
	c, n := im.C, float64(im.H*im.W)
	sum, products := make([]int, c), make([]int, c*c)
	for i := 0; i < len(im.Pix8); i += c {
		p := im.Pix8[i:][:c]
		for a, v := range p {
			sum[a] += int(v)
			for b := a; b < c; b++ {
				products[a*c+b] += int(v) * int(p[b])
			}
		}
	}
	cov := make([][]float64, c)
	for a := range cov {
		cov[a] = make([]float64, c)
		for b := range cov[a] {
			both := products[min(a, b)*c+max(a, b)]
			cov[a][b] = (float64(both)/n - float64(float64(sum[a])/n*(float64(sum[b])/n))) / (255 * 255)
		}
	}
	return cov
}

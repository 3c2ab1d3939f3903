package augment

import (
	"math"
	"math/rand/v2"

	"tessera/internal/random"
	"tessera/kernels"
	"tessera/segtrain/raster"
)

func init() {
	register("ISONoise", ISONoise{ColorShift: Range{0.01, 0.05}, Intensity: Range{0.1, 0.5}, P: 0.5})
}

// ISONoise turns hues by normally distributed angles, ColorShift times Intensity of the circle in standard deviation, and brightens
// pixels by a Poisson-distributed number of steps (Albumentations: ISONoise, whose hue moves by degrees where its documentation
// says circles, that is not at all).
type ISONoise struct {
	ColorShift Range   `yaml:"color_shift"`
	Intensity  Range   `yaml:"intensity"`
	P          float64 `yaml:"p"`
}

// Chance returns P.
func (t ISONoise) Chance() float64 { return t.P }

// Draw tosses a coin, then draws shift, intensity and the key of the noise.
func (t ISONoise) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws shift, intensity and the key of the noise. The op is a Painter.
func (t ISONoise) Always(rng *rand.Rand, h, w int) Op {
	return paint(h, w, isoNoise{rng.Uint64(), drawReal(rng, t.ColorShift), drawReal(rng, t.Intensity)})
}

// Validate checks the settings.
func (t ISONoise) Validate() error {
	return firstError(checkRange("color_shift", t.ColorShift, 0, 1),
		checkRange("intensity", t.Intensity, 0, 10),
		checkChance(t.P))
}

func (t ISONoise) bind(channels, _ int) (Transform, error) {
	return t, needChannels("ISONoise", channels, 3)
}

type isoNoise struct {
	key              uint64
	shift, intensity float64
}

func (b isoNoise) stroke(dst, src *raster.Image) {
	steps := poisson(b.intensity * lightSpread(src))
	turn := float32(b.shift * b.intensity * 6 / 4096) // sixths of the circle
	intensity := float32(b.intensity)
	for i := 0; i*3 < len(src.Pix8); i++ {
		bits := random.At(b.key, i)
		s, d := src.Pix8[3*i:][:3], dst.Pix8[3*i:][:3]
		h, l, c := toHLS(s[0], s[1], s[2])
		if n := steps[bits>>48]; n > 0 {
			brighter := l + float32(float32(n)*intensity*(1-l))
			brighter = min(brighter, 1)
			if room := 1 - abs32(2*l-1); room > 0 {
				c = c / room * (1 - abs32(2*brighter-1))
			}
			l = brighter
		}
		d[0], d[1], d[2] = fromHLS(h+float32(float32(normalTable[bits&4095])*turn), l, c)
	}
}

// lightSpread is the standard deviation of the lightness, in 0..1.
func lightSpread(im *raster.Image) float64 {
	var sum, squares int
	for s := im.Pix8; len(s) >= 3; s = s[3:] {
		l := int(max(s[0], s[1], s[2])) + int(min(s[0], s[1], s[2]))
		sum += l
		squares += l * l
	}
	n := len(im.Pix8) / 3
	return math.Sqrt(float64(n*squares-sum*sum)) / float64(n) / 510
}

// poisson returns what 16 random bits give: a number of a Poisson distribution.
func poisson(rate float64) []uint8 {
	t := make([]uint8, 1<<16)
	chance := kernels.Exp64(-rate)
	sum, n := chance, 0
	for i := range t {
		for sum < (float64(i)+0.5)/(1<<16) && n < 255 {
			n++
			chance = float64(chance * (rate / float64(n)))
			sum += chance
		}
		t[i] = uint8(n)
	}
	return t
}

// lightness of a sum of the largest and the smallest channel.
var lightness = func() (t [511]float32) {
	for i := range t {
		t[i] = float32(i) / 510
	}
	return t
}()

// toHLS returns hue in sixths of the circle, lightness, and the difference between the largest and the smallest channel.
func toHLS(r, g, b uint8) (h, l, c float32) {
	high, low := max(r, g, b), min(r, g, b)
	d := float32(high - low)
	l, c = lightness[int(high)+int(low)], d/255
	switch {
	case high == low:
	case high == r:
		h = float32(int(g)-int(b)) / d
	case high == g:
		h = 2 + float32(float32(int(b)-int(r))/d)
	default:
		h = 4 + float32(float32(int(r)-int(g))/d)
	}
	return h, l, c
}

func fromHLS(h, l, c float32) (r, g, b uint8) {
	base := l - float32(c/2)
	return hueChannel(h, base, c), hueChannel(h-2, base, c), hueChannel(h-4, base, c)
}

// hueChannel returns a channel whose hue is at from its own. Comparisons stand where min, max and a division would do, which cost
// twice as much.
func hueChannel(at, base, c float32) uint8 {
	switch {
	case at >= 0 && at < 6:
	case at >= -6 && at < 0:
		at += 6
	default:
		at -= float32(6 * float32(math.Floor(float64(at/6))))
	}
	share := at - 4 // 3 away from the middle of the circle and more: 0 to 1 over a sixth
	if at < 3 {
		share = 2 - at
	}
	if share <= 0 {
		share = 0
	} else if share > 1 {
		share = 1
	}
	v := float32((base+float32(c*share))*255) + 0.5
	if v <= 0 {
		return 0
	}
	if v >= 255 {
		return 255
	}
	return uint8(v)
}

func abs32(v float32) float32 { return max(v, -v) }

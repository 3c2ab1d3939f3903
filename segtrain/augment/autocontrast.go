package augment

import (
	"math/rand/v2"

	"tessera/segtrain/raster"
)

func init() { register("AutoContrast", AutoContrast{Method: "cdf", P: 0.5}) }

// AutoContrast stretches each channel to the whole range (Albumentations: AutoContrast; it does not count samples of 255,
// this does). Cutoff is a percentage that is cut off at either end, Ignore a value that does not count and stays. Method cdf
// spreads values evenly, pil stretches them.
type AutoContrast struct {
	Cutoff float64 `yaml:"cutoff"`
	Ignore *int    `yaml:"ignore"`
	Method string  `yaml:"method"`
	P      float64 `yaml:"p"`
}

// Chance returns P.
func (t AutoContrast) Chance() float64 { return t.P }

// Draw tosses a coin.
func (t AutoContrast) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always needs no random numbers: rng may be nil. The op is a Painter.
func (t AutoContrast) Always(_ *rand.Rand, h, w int) Op {
	return paint(h, w, autoContrast(t))
}

// Validate checks the settings.
func (t AutoContrast) Validate() error {
	return firstError(checkReal("cutoff", t.Cutoff, 0, 100),
		checkIgnore(t.Ignore),
		checkOneOf("method", t.Method, "cdf", "pil"),
		checkChance(t.P))
}

func checkIgnore(v *int) error {
	if v == nil {
		return nil
	}
	return checkReal("ignore", *v, 0, 255)
}

type autoContrast AutoContrast

func (b autoContrast) stroke(dst, src *raster.Image) {
	var all table
	for c := range src.C {
		count := countValues(src, c)
		if b.Ignore != nil {
			count[*b.Ignore] = 0
		}
		t := identity[0]
		if low, high := stretch(count, b.Cutoff); low < high {
			t = b.table(count, low, high)
		}
		if b.Ignore != nil {
			t[*b.Ignore] = uint8(*b.Ignore)
		}
		all = append(all, t)
	}
	all.stroke(dst, src)
}

// stretch returns the values that become black and white.
func stretch(count [256]int, cutoff float64) (low, high int) {
	total := 0
	for _, n := range count {
		total += n
	}
	cut := max(float64(total)*cutoff/100, 1)
	sum := 0
	for low = 0; low < 255; low++ {
		if sum += count[low]; float64(sum) >= cut {
			break
		}
	}
	if cutoff > 0 {
		low = min(low+1, 255)
	}
	sum = 0
	for high = 255; high > 0; high-- {
		if sum += count[high]; float64(sum) >= cut {
			break
		}
	}
	return low, high
}

func (b autoContrast) table(count [256]int, low, high int) (t [256]uint8) {
	inside := 0
	for v := low + 1; v <= high; v++ {
		inside += count[v]
	}
	sum := 0
	for v := low + 1; v < 256; v++ {
		switch {
		case v > high:
			t[v] = 255
		case b.Method == "pil":
			t[v] = uint8(roundEven(float64(v-low) * 255 / float64(high-low)))
		case inside > 0:
			sum += count[v]
			t[v] = uint8(roundEven(float64(sum) * 255 / float64(inside)))
		default:
			t[v] = uint8(v)
		}
	}
	return t
}

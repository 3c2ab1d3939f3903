package augment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"tessera/kernels"
)

// A Mixer makes one training picture of several of a batch. It holds parameters only.
type Mixer interface {
	// Mix writes picture i of the batch, which holds it unmixed. It takes all its random numbers from rng.
	Mix(rng *rand.Rand, b *MixBatch, i int)
	// Soft tells whether pixels get two labels, which not every loss takes.
	Soft() bool
	// When is the part of the settings that all mixers have.
	When() MixWhen
}

// MixWhen says how often a mixer, or what is Scheduled, takes place: for each picture with probability P, in the epochs from the first to the second
// (counted from 1, 0 for no bound), rising evenly to P over the first Ramp of them.
type MixWhen struct {
	P      float64 `yaml:"p"`
	Epochs [2]int  `yaml:"epochs"`
	Ramp   int     `yaml:"ramp"`
}

// When returns the settings.
func (w MixWhen) When() MixWhen { return w }

// at is the probability in an epoch, counted from 0.
func (w MixWhen) at(epoch int) float64 {
	first := max(w.Epochs[0], 1) - 1
	if epoch < first || w.Epochs[1] > 0 && epoch >= w.Epochs[1] {
		return 0
	}
	if k := epoch - first + 1; k < w.Ramp {
		return w.P * float64(k) / float64(w.Ramp)
	}
	return w.P
}

// Check says what is wrong with the settings.
func (w MixWhen) Check() error {
	if err := checkChance(w.P); err != nil {
		return err
	}
	if e := w.Epochs; e[0] < 0 || e[1] < 0 || e[1] > 0 && e[1] < e[0] {
		return fmt.Errorf("epochs: %v is no range; allowed: [from, to], counted from 1, 0 for no bound", e)
	}
	if w.Ramp < 0 {
		return fmt.Errorf("ramp: %d epochs; allowed: 0 or more", w.Ramp)
	}
	return nil
}

// A MixBatch is a batch before mixing, and where it goes: N pictures of H×W pixels and C channels, their labels, one or
// Planes a pixel, and for labels of two pictures Mixed and the Share of the first (see autograd.Target).
type MixBatch struct {
	N, H, W, C int
	Planes     int // labels of a pixel
	Ignore     int // the ignored class, -1 for none

	FromImages []float32 // before
	FromLabels []uint8
	FromMixed  []uint8   // the second labels of soft ones, with FromShare that of the first; nil: labels have all
	FromShare  []float32 // one a pixel, or one a label

	Images []float32 // after; they begin as copies of those before
	Labels []uint8
	Mixed  []uint8   // begins as a copy of the second labels, or of the labels; nil where no mixer is soft and no label
	Share  []float32 // begins as that before, or as 1
	Snaps  []Snap    // what SnapMix does to each picture; nil where nobody wants to know
}

func (b *MixBatch) image(of []float32, i int) []float32 { n := b.H * b.W * b.C; return of[i*n:][:n] }
func (b *MixBatch) labels(of []uint8, i int) []uint8    { n := b.H * b.W * b.Planes; return of[i*n:][:n] }

// other draws a picture of the batch that is not i.
func (b *MixBatch) other(rng *rand.Rand, i int) int {
	j := rng.IntN(b.N - 1)
	return j + boolInt(j >= i)
}

// second returns the second labels before mixing.
func (b *MixBatch) second() []uint8 {
	if b.FromMixed != nil {
		return b.FromMixed
	}
	return b.FromLabels
}

// paste shows pixels first to last, in the order of rows, of picture j in picture i, from a pixel on.
func (b *MixBatch) paste(i, to, j, first, last int) {
	n := last - first
	copy(b.image(b.Images, i)[to*b.C:][:n*b.C], b.image(b.FromImages, j)[first*b.C:])
	copy(b.labels(b.Labels, i)[to*b.Planes:][:n*b.Planes], b.labels(b.FromLabels, j)[first*b.Planes:])
	if b.Mixed != nil {
		copy(b.labels(b.Mixed, i)[to*b.Planes:][:n*b.Planes], b.labels(b.second(), j)[first*b.Planes:])
	}
	if b.FromShare != nil {
		per := b.shares()
		copy(b.shareOf(b.Share, i)[to*per:][:n*per], b.shareOf(b.FromShare, j)[first*per:])
	}
}

// shares is how many shares a pixel of soft labels has: one, or one a label.
func (b *MixBatch) shares() int { return len(b.FromShare) / (b.N * b.H * b.W) }

func (b *MixBatch) shareOf(of []float32, i int) []float32 {
	n := b.H * b.W * b.shares()
	return of[i*n:][:n]
}

// MixAll mixes every picture of a batch by one of the mixers or by none. What happens follows from the seed, the epoch and
// the step, and from nothing else. A batch of one picture has nothing to mix.
func MixAll(mixers []Mixer, b *MixBatch, seed, epoch, step uint64) {
	copy(b.Images, b.FromImages)
	copy(b.Labels, b.FromLabels)
	copy(b.Mixed, b.second())
	if copy(b.Share, b.FromShare) == 0 {
		kernels.Fill(1, b.Share)
	}
	for i := range b.Snaps {
		b.Snaps[i] = Snap{Other: -1}
	}
	if b.N < 2 {
		return
	}
	for i := range b.N {
		rng := NewRand(keyMix, seed, epoch, step, uint64(i))
		at := rng.Float64()
		for k, m := range mixers {
			if at -= m.When().at(int(epoch)); at < 0 {
				m.Mix(NewRand(keyMix, seed, epoch, step, uint64(i), uint64(k)), b, i)
				break
			}
		}
	}
}

// keyMix keeps the draws of mixing apart from all others.
const keyMix = 0x6d6978

// Soft tells whether any mixer gives pixels two labels.
func Soft(mixers []Mixer) bool { return slices.ContainsFunc(mixers, Mixer.Soft) }

// CheckMix says what is wrong with a list of mixers: a picture is mixed once at most.
func CheckMix(mixers []Mixer) error {
	var sum float64
	for _, m := range mixers {
		sum += m.When().P
	}
	if sum > 1+1e-9 {
		return fmt.Errorf("probabilities p add up to %.3g; allowed: at most 1, since a picture is mixed once", sum)
	}
	return nil
}

// mixers holds the defaults of mixers by name.
var mixers = map[string]func() any{}

// MixNames returns the names of the mixers, sorted.
func MixNames() []string { return []string{"ClassMix", "CutMix", "MixUp", "Mosaic", "SnapMix"} }

// MixDefaults returns a pointer to a mixer's settings, which is a Mixer itself; nil for a name there is not.
func MixDefaults(name string) any {
	if make, ok := mixers[name]; ok {
		return make()
	}
	return nil
}

// NewMixer returns the mixer of that name with its settings, which settings decodes over the defaults.
func NewMixer(name string, settings func(any) error) (Mixer, error) {
	m, ok := MixDefaults(name).(Mixer)
	if !ok {
		return nil, fmt.Errorf("no mixer %q; there are: %s", name, strings.Join(MixNames(), ", "))
	}
	if settings != nil {
		if err := settings(m); err != nil {
			return nil, err
		}
	}
	if c, ok := m.(interface{ Check() error }); ok {
		if err := c.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return m, nil
}

// checkAlpha refuses what is no parameter of a Beta distribution.
func checkAlpha(alpha float64) error {
	if !(alpha > 0 && alpha <= 100) {
		return fmt.Errorf("alpha: must lie above 0 and at most at 100, not %v", alpha)
	}
	return nil
}

// beta draws from Beta(alpha, alpha): for alpha below 1 as Jöhnk does ("Erzeugung von betaverteilten und gammaverteilten
// Zufallszahlen", Metrika 1964), above by rejecting even numbers.
func beta(rng *rand.Rand, alpha float64) float64 {
	for {
		u, v := float64(rng.Float64()), rng.Float64()
		if alpha >= 1 {
			if v <= kernels.Pow64(float64(4*u)*(1-u), alpha-1) {
				return u
			}
			continue
		}
		if u == 0 || v == 0 {
			continue
		}
		// The powers of u and v underflow for a small alpha, so their logarithms are compared.
		x, y := kernels.Log64(u)/alpha, kernels.Log64(v)/alpha
		top := max(x, y)
		ex, ey := kernels.Exp64(x-top), kernels.Exp64(y-top)
		if top+kernels.Log64(ex+ey) <= 0 {
			return ex / (ex + ey)
		}
	}
}

// even draws a whole number from 0 to n, n included.
func even(rng *rand.Rand, n int) int { return rng.IntN(n + 1) }

func roundInt(x float64) int { return int(math.Floor(float64(x) + 0.5)) }

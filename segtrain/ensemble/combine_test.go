package ensemble

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/parallel"
)

// softmaxes returns probabilities of pixels that sum up to 1.
func softmaxes(seed uint64, pixels, classes int, sharp float64) []float32 {
	random := rand.New(rand.NewPCG(seed, 1))
	p := make([]float32, pixels*classes)
	for i := 0; i < len(p); i += classes {
		sum := 0.0
		e := make([]float64, classes)
		for k := range e {
			e[k] = math.Exp(sharp * random.NormFloat64())
			sum += e[k]
		}
		for k := range e {
			p[i+k] = float32(e[k] / sum)
		}
	}
	return p
}

// reference is Combine in float64, in the plainest way.
func reference(c Combiner, classes int, members [][]float32) []float64 {
	out := make([]float64, len(members[0]))
	total := 0.0
	for _, w := range c.Weights {
		total += w
	}
	logit := func(p float64) float64 { return math.Log(math.Max(p, Floor)) - math.Log(math.Max(1-p, Floor)) }
	for i := range out {
		for m, p := range members {
			w, v := c.Weights[m]/total, float64(p[i])
			switch {
			case c.Method == Mean || c.Method == "":
				out[i] += w * v
			case c.Flags && c.Method == Logits:
				out[i] += w * logit(v)
			default:
				out[i] += w * math.Log(math.Max(v, Floor))
			}
		}
		switch {
		case c.Method == Mean || c.Method == "":
		case c.Flags && c.Method == Logits:
			out[i] = 1 / (1 + math.Exp(-out[i]))
		default:
			out[i] = math.Exp(out[i])
		}
	}
	if c.Flags || c.Method == Mean || c.Method == "" {
		return out
	}
	for i := 0; i < len(out); i += classes {
		sum := 0.0
		for k := range classes {
			sum += out[i+k]
		}
		for k := range classes {
			out[i+k] /= sum
		}
	}
	return out
}

func TestCombineIsTheFormula(t *testing.T) {
	defer parallel.SetWorkers(0)
	for _, classes := range []int{1, 2, 11, 150} {
		const pixels = 2003
		members := [][]float32{softmaxes(1, pixels, classes, 1), softmaxes(2, pixels, classes, 5), softmaxes(3, pixels, classes, 20)}
		for _, method := range append([]Method{""}, Methods...) {
			for _, flags := range []bool{false, true} {
				c := Combiner{Method: method, Flags: flags, Weights: []float64{2, 0.5, 1}}
				want := reference(c, classes, members)
				var first []float32
				for _, workers := range []int{1, 2, 7} {
					parallel.SetWorkers(workers)
					got := make([]float32, len(want))
					c.Combine(classes, members, got)
					if first == nil {
						first = got
					}
					require.Equal(t, first, got, "%d workers", workers)
				}
				for i, v := range want {
					if d := math.Abs(float64(first[i]) - v); !(d <= 4e-6*math.Max(v, 0.05)) {
						t.Fatalf("%s, flags %t, %d classes, value %d: %v, want %v", method, flags, classes, i, first[i], v)
					}
				}
			}
		}
	}
}

func TestOneMemberIsItself(t *testing.T) {
	p, noise := softmaxes(1, 1000, 7, 3), softmaxes(2, 1000, 7, 3)
	for _, method := range Methods {
		for _, flags := range []bool{false, true} {
			out := make([]float32, len(p))
			Combiner{Method: method, Flags: flags, Weights: []float64{0.3}}.Combine(7, [][]float32{p}, out)
			assert.Equal(t, p, out)
			clear(out)
			Combiner{Method: method, Flags: flags, Weights: []float64{0, 2, 0}}.Combine(7, [][]float32{noise, p, noise}, out)
			assert.Equal(t, p, out, "members of no weight")
		}
	}
}

func TestCombineInPlaceOfTheFirst(t *testing.T) {
	for _, method := range Methods {
		for _, flags := range []bool{false, true} {
			const classes, pixels = 5, 4000 // more than a chunk
			members := [][]float32{softmaxes(1, pixels, classes, 2), softmaxes(2, pixels, classes, 2), softmaxes(3, pixels, classes, 2)}
			c := Combiner{Method: method, Flags: flags, Weights: []float64{0.5, 0, 0.3}}
			want := make([]float32, pixels*classes)
			c.Combine(classes, members, want)
			c.Combine(classes, members, members[0])
			assert.Equal(t, want, members[0])
		}
	}
}

func TestOrderOfMembersChangesLastBitsOnly(t *testing.T) {
	a, b, c := softmaxes(1, 1000, 5, 2), softmaxes(2, 1000, 5, 2), softmaxes(3, 1000, 5, 2)
	for _, method := range Methods {
		x, y := make([]float32, len(a)), make([]float32, len(a))
		Combiner{Method: method, Weights: []float64{1, 2, 3}}.Combine(5, [][]float32{a, b, c}, x)
		Combiner{Method: method, Weights: []float64{3, 1, 2}}.Combine(5, [][]float32{c, a, b}, y)
		assert.InDeltaSlice(t, x, y, 1e-6)
	}
}

func TestNothingUnderflows(t *testing.T) {
	members := make([][]float32, 60)
	for m := range members {
		members[m] = []float32{0, 1e-30, 1, 0.5} // two pixels of two classes: the product of 60 is no float32
	}
	out := make([]float32, 4)
	Combiner{Method: GMean, Weights: Equal(60)}.Combine(2, members, out)
	assert.InDelta(t, 0.5, out[0], 1e-6, "below the floor all are alike")
	assert.InDelta(t, 2.0/3, out[2], 1e-6)
	Combiner{Method: GMean, Flags: true, Weights: Equal(60)}.Combine(2, members, out)
	assert.InDeltaSlice(t, []float32{Floor, Floor, 1, 0.5}, out, 1e-6)
}

func TestMistakesOfCombining(t *testing.T) {
	_, err := ParseMethod("median")
	assert.EqualError(t, err, `no way to combine called "median"; there are: mean, logits, gmean`)
	for says, w := range map[string][]float64{
		"1 weights for 2 members":   {1},
		"allowed: 0 or more":        {1, -1},
		"one must be above 0":       {0, 0},
		"weights [NaN 1]; allowed:": {math.NaN(), 1},
		"weights [1 +Inf]; allowed": {1, math.Inf(1)},
	} {
		assert.ErrorContains(t, CheckWeights(w, 2), says)
	}
	p := make([]float32, 4)
	assert.Panics(t, func() { Combiner{Weights: []float64{1}}.Combine(2, [][]float32{p, p}, p) })
	assert.Panics(t, func() { Combiner{Weights: []float64{1, 1}}.Combine(2, [][]float32{p, p[:2]}, make([]float32, 4)) })
}

package workflow

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"

	"tessera/segtrain/config"
)

var (
	// ErrNoSweep says that there is nothing to vary.
	ErrNoSweep = errors.New("nothing to vary")
	// ErrSweepText says that what is to be varied cannot be understood.
	ErrSweepText = errors.New("what to vary")
)

// A Sweep varies a configuration.
type Sweep struct {
	Grid   []string // key=a,b,c
	Random []string // key=lo..hi, or key=lo..hi(log) for values that are spread evenly by their order of magnitude
	Runs   int      // to draw
	Seed   uint64   // of the drawing
	Cross  bool     // vary all keys together, not one at a time
}

// An axis is a key and how its values are found.
type axis struct {
	key    string
	values []string
	lo, hi float64
	log    bool
	whole  bool // whole numbers
}

// baseline is the run that the others of a sweep differ from.
const baseline = "baseline"

// Plan returns the runs of the sweep: the configuration itself, then one run for each value, which differs from it in one key. With
// Cross it is every combination of the grid's values, and each draw varies all random keys. load returns the configuration with
// settings applied; every mistake in any of the runs is reported before one starts.
func (w Sweep) Plan(load func(settings ...string) (*config.Config, error)) ([]Member, error) {
	grid, random, err := w.axes()
	if err != nil {
		return nil, err
	}
	combinations := [][]string{nil}
	if !w.Cross {
		combinations = append(combinations, single(grid)...)
		for i := range w.Runs {
			if len(random) > 0 {
				a := random[i%len(random)]
				combinations = append(combinations, []string{a.key + "=" + a.draw(w.Seed, i/len(random))})
			}
		}
	} else {
		combinations = append(combinations, w.cross(grid, random)...)
	}
	return members(combinations, load)
}

// single returns the settings of a grid one at a time.
func single(grid []axis) (list [][]string) {
	for _, a := range grid {
		for _, v := range a.values {
			list = append(list, []string{a.key + "=" + v})
		}
	}
	return list
}

// cross returns all combinations of a grid, each with as many draws as are wanted.
func (w Sweep) cross(grid, random []axis) [][]string {
	list := [][]string{nil}
	for _, a := range grid {
		var next [][]string
		for _, head := range list {
			for _, v := range a.values {
				next = append(next, append(head[:len(head):len(head)], a.key+"="+v))
			}
		}
		list = next
	}
	if len(random) == 0 {
		return list
	}
	var drawn [][]string
	for _, head := range list {
		for i := range w.Runs {
			settings := head[:len(head):len(head)]
			for _, a := range random {
				settings = append(settings, a.key+"="+a.draw(w.Seed, i))
			}
			drawn = append(drawn, settings)
		}
	}
	return drawn
}

// members makes runs of settings. One that does not differ from the baseline, or is there already, is left out.
func members(combinations [][]string, load func(...string) (*config.Config, error)) ([]Member, error) {
	var list []Member
	seen, names := map[string]bool{}, map[string]bool{}
	for _, settings := range combinations {
		cfg, err := load(settings...)
		if err != nil {
			return nil, err
		}
		if len(cfg.Train.Seeds) > 0 {
			return nil, cfg.Mistake("train.seed", "is a list; vary the seed with --grid train.seed=1,2,3")
		}
		if what := fmt.Sprint(cfg.Conditions()); !seen[what] {
			seen[what] = true
			m := Member{Name: memberName(settings, names), Config: cfg}
			if len(settings) > 1 {
				m.Reason = "sweep: " + strings.Join(settings, ", ")
			}
			list = append(list, m)
		}
	}
	if len(list) < 2 {
		return nil, fmt.Errorf("%w: no value differs from the configuration's own", ErrNoSweep)
	}
	return list, nil
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9._=+-]+`)

// memberName names a run by what differs: lr=0.003.
func memberName(settings []string, taken map[string]bool) string {
	name := baseline
	if len(settings) > 0 {
		var parts []string
		for _, s := range settings {
			key, value, _ := strings.Cut(s, "=")
			parts = append(parts, key[strings.LastIndexByte(key, '.')+1:]+"="+strings.Trim(notInName.ReplaceAllString(value, "-"), "-"))
		}
		name = strings.Join(parts, "+")
		name = name[:min(len(name), 100)]
	}
	want := name
	for i := 2; taken[name]; i++ {
		name = fmt.Sprintf("%s-%d", want, i)
	}
	taken[name] = true
	return name
}

// axes reads what is to be varied.
func (w Sweep) axes() (grid, random []axis, err error) {
	for _, text := range w.Grid {
		key, list, ok := strings.Cut(text, "=")
		values := splitValues(list)
		if !ok || key == "" || len(values) == 0 {
			return nil, nil, fmt.Errorf("%w: --grid %s: wants key=a,b,c", ErrSweepText, text)
		}
		grid = append(grid, axis{key: strings.TrimSpace(key), values: values})
	}
	for _, text := range w.Random {
		a, err := newRandom(text)
		if err != nil {
			return nil, nil, err
		}
		random = append(random, a)
	}
	switch {
	case len(grid)+len(random) == 0:
		return nil, nil, fmt.Errorf("%w: give --grid key=a,b,c or --random key=lo..hi", ErrNoSweep)
	case len(random) > 0 && w.Runs < 1:
		return nil, nil, fmt.Errorf("%w: --random wants --runs, how many to draw", ErrSweepText)
	case len(random) == 0 && w.Runs > 0:
		return nil, nil, fmt.Errorf("%w: --runs is how many --random values are drawn, and there are none", ErrSweepText)
	}
	return grid, random, nil
}

// splitValues parts values at commas outside of brackets and quotes.
func splitValues(list string) (values []string) {
	depth, begin := 0, 0
	quoted := rune(0)
	for i, c := range list + "," {
		switch {
		case quoted != 0 && c != quoted:
		case c == '"' || c == '\'':
			quoted ^= c
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			if v := strings.TrimSpace(list[begin:i]); v != "" {
				values = append(values, v)
			}
			begin = i + 1
		}
	}
	return values
}

var rangeText = regexp.MustCompile(`^([^=]+)=\s*([^.\s]*(?:\.\d[^.\s]*)?)\s*\.\.\s*([^()\s]+)\s*(\(log\))?$`)

func newRandom(text string) (a axis, err error) {
	m := rangeText.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return a, fmt.Errorf("%w: --random %s: wants key=lo..hi or key=lo..hi(log)", ErrSweepText, text)
	}
	a.key, a.log = strings.TrimSpace(m[1]), m[4] != ""
	var errLo, errHi error
	a.lo, errLo = strconv.ParseFloat(m[2], 64)
	a.hi, errHi = strconv.ParseFloat(m[3], 64)
	_, notLo := strconv.Atoi(m[2])
	_, notHi := strconv.Atoi(m[3])
	a.whole = notLo == nil && notHi == nil
	if errLo != nil || errHi != nil || !(a.lo < a.hi) || math.IsInf(a.hi-a.lo, 0) {
		return a, fmt.Errorf("%w: --random %s: %s..%s is no range of numbers", ErrSweepText, text, m[2], m[3])
	}
	if a.log && !(a.lo > 0) {
		return a, fmt.Errorf("%w: --random %s: the logarithm wants a range above 0", ErrSweepText, text)
	}
	return a, nil
}

// draw returns the i-th value of an axis. It depends on the seed, the key and i alone, so that a sweep can be gone on with; three
// digits of it count, so that the last bit of a logarithm does not.
func (a axis) draw(seed uint64, i int) string {
	key := uint64(14695981039346656037) // FNV-1a
	for _, c := range []byte(a.key) {
		key = (key ^ uint64(c)) * 1099511628211
	}
	u := rand.New(rand.NewPCG(seed^key, uint64(i))).Float64()
	hi := a.hi
	if a.whole && !a.log {
		return strconv.Itoa(int(math.Floor(a.lo + float64(u*(hi-a.lo+1)))))
	}
	x := a.lo + float64(u*(hi-a.lo))
	if a.log {
		x = a.lo * math.Exp(u*math.Log(hi/a.lo))
	}
	if a.whole {
		return strconv.Itoa(int(math.Round(x)))
	}
	return strconv.FormatFloat(x, 'g', 3, 64)
}

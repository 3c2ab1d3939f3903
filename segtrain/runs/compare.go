package runs

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Verdict is what can be said of two runs, or of two groups of repeated runs.
type Verdict struct {
	A          Group    `json:"a"`
	B          Group    `json:"b"`
	Metric     string   `json:"metric"`
	Method     string   `json:"method"`
	Pairs      []Pair   `json:"pairs"`
	Units      int      `json:"units"`      // independent differences
	Noise      string   `json:"noise"`      // what they differ in: seeds, folds or images; other noise is not in the verdict
	Difference float64  `json:"difference"` // of A from B
	Low        float64  `json:"low"`        // 95 % interval of it
	High       float64  `json:"high"`
	P          float64  `json:"p"`                 // of the t test; NaN where there is none
	SignFlip   float64  `json:"p_sign_flip"`       // of the permutation test
	LeastP     float64  `json:"p_sign_flip_least"` // that so few pairs can have
	Better     string   `json:"better"`            // a, b, or empty: not distinguishable, or too few
	TooFew     bool     `json:"too_few"`           // fewer than fewestUnits: no verdict
	Limits     []string `json:"limits"`            // what the verdict does not cover
}

// fewestUnits is how many independent differences a verdict needs. Two have one degree of freedom, and a quantile of 12.7: no effect
// that somebody looks for is as large, and what would pass is two differences that happen to agree.
const fewestUnits = 3

// A Group is the runs that a word of the command line stands for.
type Group struct {
	Word string   `json:"word"`
	Runs []string `json:"runs"`

	runs []Run
}

// A Pair is two runs of one seed and one fold.
type Pair struct {
	Seed       string  `json:"seed"`
	Fold       string  `json:"fold,omitempty"`
	A          float64 `json:"a"`
	B          float64 `json:"b"`
	Difference float64 `json:"difference"`

	a, b Run
}

// Group returns the finished runs that a word means: a run, a folder of runs, tag:WORD, or parent:RUN for those made from it.
func (ix *Index) Group(word string) (g Group, err error) {
	g.Word = word
	folder := strings.TrimSuffix(word, "/") + "/"
	prefix := strings.TrimSuffix(strings.TrimSuffix(ix.Root, "/"), "\\") + "/"
	switch kind, rest, _ := strings.Cut(word, ":"); kind {
	case "tag":
		g.runs = ix.where(func(r Run) bool { return slices.Contains(r.Tags, rest) })
	case "parent":
		parent, err := ix.Find(rest)
		if err != nil {
			return g, err
		}
		g.runs = ix.where(func(r Run) bool { return r.Parent != nil && r.Parent.ID == parent.ID })
	default:
		g.runs = ix.where(func(r Run) bool {
			return strings.HasPrefix(r.Name, folder) || strings.HasPrefix(r.Name, strings.TrimPrefix(folder, prefix))
		})
		if len(g.runs) == 0 {
			r, err := ix.Find(word)
			if err != nil {
				return g, err
			}
			g.runs = []Run{r}
		}
	}
	g.runs = slices.DeleteFunc(g.runs, func(r Run) bool { return r.State != Done })
	if len(g.runs) == 0 {
		return g, fmt.Errorf("%q means no finished run below %s", word, ix.Root)
	}
	for _, r := range g.runs {
		g.Runs = append(g.Runs, r.Name)
	}
	return g, nil
}

func (ix *Index) where(keep func(Run) bool) (list []Run) {
	for _, r := range ix.Runs {
		if keep(r) {
			list = append(list, r)
		}
	}
	return list
}

// Compare says whether A is better than B by a metric. Runs of the same seed and fold make pairs, so that what they share does
// not hide the difference. Two pairs and more are judged by Student's t test on their differences, one by resampling the images
// that both were validated on.
func (ix *Index) Compare(a, b, metric string) (*Verdict, error) {
	return ix.CompareOver(a, b, metric, "")
}

// CompareOver is Compare with the differences that count as independent: "folds", averaged over seeds, "seeds", averaged over
// folds, or folds where there are several of them if it is empty.
func (ix *Index) CompareOver(a, b, metric, over string) (*Verdict, error) {
	if !slices.Contains([]string{"", "folds", "seeds"}, over) {
		return nil, fmt.Errorf("runs differ in no %q; allowed: folds, seeds", over)
	}
	v := &Verdict{Metric: metric, P: math.NaN(), SignFlip: math.NaN(), LeastP: math.NaN()}
	var err error
	if v.A, err = ix.Group(a); err != nil {
		return nil, err
	}
	if v.B, err = ix.Group(b); err != nil {
		return nil, err
	}
	if err := v.pair(); err != nil {
		return nil, err
	}
	if len(v.Pairs) == 1 && over == "" {
		err = v.byImages(ix)
	} else {
		err = v.byRuns(over)
	}
	if err != nil {
		return nil, err
	}
	if math.IsNaN(v.Low) || math.IsNaN(v.High) {
		return nil, fmt.Errorf("%s of %s and %s cannot be compared: no class has a pixel", metric, v.A.Word, v.B.Word)
	}
	if v.TooFew {
		return v, nil
	}
	better := cmp.Compare(v.Low, 0) + cmp.Compare(v.High, 0) // ±2 if the whole interval is on one side
	if LowerIsBetter(metric) {
		better = -better
	}
	switch better {
	case 2:
		v.Better = "a"
	case -2:
		v.Better = "b"
	}
	return v, nil
}

// pair puts runs of one seed and fold together. Two single runs are a pair whatever their seeds.
func (v *Verdict) pair() error {
	if len(v.A.runs) == 1 && len(v.B.runs) == 1 {
		return v.join(v.A.runs[0], v.B.runs[0])
	}
	theirs, err := v.B.bySeed()
	if err != nil {
		return err
	}
	ours, err := v.A.bySeed()
	if err != nil {
		return err
	}
	for _, r := range v.A.runs {
		if other, ok := theirs[repetition(r)]; ok {
			if err := v.join(r, other); err != nil {
				return err
			}
		}
	}
	if len(v.Pairs) == 0 {
		return fmt.Errorf("%s and %s have no seed and fold in common, so nothing can be paired: train the same seeds", v.A.Word, v.B.Word)
	}
	if left := len(ours) + len(theirs) - 2*len(v.Pairs); left > 0 {
		text := "1 run has no partner of its seed and fold, and does not count"
		if left > 1 {
			text = fmt.Sprintf("%d runs have no partner of their seed and fold, and do not count", left)
		}
		v.Limits = append(v.Limits, text)
	}
	return nil
}

// repetition names what tells repeated runs apart.
func repetition(r Run) string { return "seed " + r.Seed() + " fold " + r.Fold() }

func (g Group) bySeed() (map[string]Run, error) {
	m := map[string]Run{}
	for _, r := range g.runs {
		key := repetition(r)
		if twin, twice := m[key]; twice {
			return nil, fmt.Errorf("%s has two runs of one seed and fold, %s and %s: compare groups of runs that differ in nothing else",
				g.Word, twin.Name, r.Name)
		}
		m[key] = r
	}
	return m, nil
}

func (v *Verdict) join(a, b Run) error {
	x, okA := a.Metrics[v.Metric]
	y, okB := b.Metrics[v.Metric]
	for _, r := range []struct {
		run Run
		ok  bool
	}{{a, okA}, {b, okB}} {
		if !r.ok {
			return fmt.Errorf("%s has no %s", r.run.Name, v.Metric)
		}
	}
	if a.ID == b.ID {
		return fmt.Errorf("%s and %s are one run", a.Name, b.Name)
	}
	if a.Data != b.Data && a.Data != "" && b.Data != "" {
		v.Limits = append(v.Limits, fmt.Sprintf("%s and %s had different data", a.Name, b.Name))
	} else if a.Parts != b.Parts && a.Parts != "" && b.Parts != "" {
		v.Limits = append(v.Limits, fmt.Sprintf("%s and %s split the data differently", a.Name, b.Name))
	}
	v.Pairs = append(v.Pairs, Pair{Seed: a.Seed(), Fold: a.Fold(), A: x, B: y, Difference: x - y, a: a, b: b})
	return nil
}

// ErrNoImages says that a run has no scores of single images.
var ErrNoImages = errors.New("no scores of single images")

// Text says the verdict in words.
func (v *Verdict) Text() string {
	var b strings.Builder
	show := func(x float64) string { return strconv.FormatFloat(x, 'f', 4, 64) }
	margin := (v.High - v.Low) / 2
	switch {
	case v.TooFew:
		fmt.Fprintf(&b, "%d %s are too few for a verdict on %s and %s, which needs %d: the difference in %s is %s ± %s.\n", v.Units, v.Noise,
			v.A.Word, v.B.Word, fewestUnits, v.Metric, show(v.Difference), show(margin))
	case v.Better != "":
		x, y := v.A.Word, v.B.Word
		if v.Better == "b" {
			x, y = y, x
		}
		beyond := "beyond noise"
		if v.Noise == "images" {
			beyond = "beyond the noise of the images, and how far seeds differ nobody knows"
		}
		fmt.Fprintf(&b, "%s is better than %s by %s ± %s in %s: %s.\n", x, y, show(math.Abs(v.Difference)), show(margin), v.Metric, beyond)
	default:
		fmt.Fprintf(&b, "%s and %s are not distinguishable in %s: the difference is %s ± %s.\n", v.A.Word, v.B.Word, v.Metric,
			show(v.Difference), show(margin))
	}
	fmt.Fprintf(&b, "\nMethod: %s: %s to %s", v.Method, show(v.Low), show(v.High))
	if !math.IsNaN(v.P) {
		fmt.Fprintf(&b, ", p = %.3g", v.P)
	}
	if !math.IsNaN(v.SignFlip) {
		fmt.Fprintf(&b, "; sign-flip test: p = %.3g, where so many pairs can give %.3g at least", v.SignFlip, v.LeastP)
	}
	b.WriteString(".\n")
	for _, text := range v.Limits {
		fmt.Fprintf(&b, "Not covered: %s.\n", text)
	}
	return b.String()
}

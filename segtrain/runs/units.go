package runs

import (
	"fmt"
	"math"
)

// byRuns is the t test on the differences of pairs. With several folds these are the units, and the variance is that of Nadeau and
// Bengio ("Inference for the generalization error", Machine Learning 52, 2003): training sets of folds overlap, so their results
// are not independent.
func (v *Verdict) byRuns(over string) error {
	u, err := v.independent(over)
	if err != nil {
		return err
	}
	n := float64(len(u.differences))
	mean, sd := meanOf(u.differences)
	v.Units, v.Noise, v.Difference = len(u.differences), u.name, mean
	se := sd * math.Sqrt(1/n+u.extra)
	margin := float64(tQuantile(0.05, n-1) * se)
	v.Low, v.High = mean-margin, mean+margin
	v.Method = fmt.Sprintf("paired t test on %d %s%s, 95 %% interval", len(u.differences), u.name, u.averaged)
	if u.extra > 0 {
		v.Method += ", variance corrected for overlapping training sets (Nadeau and Bengio 2003)"
	} else {
		v.SignFlip, v.LeastP = signFlip(u.differences), math.Ldexp(2, -len(u.differences))
	}
	if v.P = 1; mean != 0 {
		v.P = tTail(math.Abs(mean)/se, n-1)
	}
	if u.name == "seeds" {
		v.Limits = append(v.Limits, "all runs were validated on the same images: other images may say otherwise")
	}
	v.TooFew = v.Units < fewestUnits
	if v.TooFew && u.others >= fewestUnits {
		v.Limits = append(v.Limits, fmt.Sprintf("%d %s, each the mean of its %s, would do: --over %s", u.others, u.besides, u.name, u.besides))
	}
	if !v.TooFew && len(u.differences) < 5 {
		v.Limits = append(v.Limits, fmt.Sprintf("%d %s are few: the interval is wide, and an effect may be there that it does not show",
			len(u.differences), u.name))
	}
	return nil
}

// units are the differences that count as independent.
type units struct {
	differences []float64
	name        string  // folds or seeds
	averaged    string  // what each is the mean of, in words
	besides     string  // seeds or folds, whichever name is not
	others      int     // how many of those there are
	extra       float64 // what overlapping training sets add to 1/n in the variance of their mean
}

// independent returns the differences of each fold, averaged over seeds, or of each seed, averaged over folds. Folds come first,
// since they differ in what seeds differ in, too.
func (v *Verdict) independent(over string) (u units, err error) {
	folds := v.group(func(p Pair) string { return p.Fold })
	seeds := v.group(func(p Pair) string { return p.Seed })
	if over == "seeds" || over == "" && len(folds) == 1 {
		u = units{name: "seeds"}
		if len(folds) > 1 {
			u.averaged = fmt.Sprintf(", each the mean of %d folds", len(folds))
		}
		folds, seeds = seeds, folds
	} else {
		u = units{name: "folds", extra: v.ratio()}
	}
	u.besides, u.others = map[string]string{"folds": "seeds", "seeds": "folds"}[u.name], len(seeds)
	if len(folds) < 2 {
		return u, fmt.Errorf("a test over %s needs 2 of them or more, and %s and %s have %d in common", u.name, v.A.Word,
			v.B.Word, len(folds))
	}
	for _, g := range folds {
		if len(g) != len(seeds) && u.averaged != "" {
			return u, fmt.Errorf("%s and %s: seed %s has %d of %d folds, so seeds cannot be told apart from folds", v.A.Word, v.B.Word,
				g[0].Seed, len(g), len(seeds))
		}
		sum := 0.0
		for _, p := range g {
			sum += p.Difference
		}
		u.differences = append(u.differences, sum/float64(len(g)))
	}
	return u, nil
}

// group puts pairs of one key together, in the order in which keys come first.
func (v *Verdict) group(key func(Pair) string) (groups [][]Pair) {
	place := map[string]int{}
	for _, p := range v.Pairs {
		k, known := place[key(p)]
		if !known {
			k = len(groups)
			place[key(p)], groups = k, append(groups, nil)
		}
		groups[k] = append(groups[k], p)
	}
	return groups
}

// ratio is the mean of validated over trained images.
func (v *Verdict) ratio() (ratio float64) {
	for _, p := range v.Pairs {
		if train := p.a.Images[0]; train > 0 {
			ratio += float64(p.a.Images[1]) / float64(train) / float64(len(v.Pairs))
		}
	}
	return ratio
}

package autograd_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"tessera/autograd"
)

func TestHardBCE(t *testing.T) {
	for name, c := range shapesOfTargets {
		for option, h := range map[string]autograd.HardOptions{
			"a third": {Keep: 0.34}, "one": {}, "all": {Keep: 1, Smoothing: 0.125}, "threshold": {Keep: 0.1, Threshold: 0.4},
		} {
			if name == "many blocks" && h.Keep < 1 {
				continue // of so many logits on a grid some are equally hard, and there the slope is that of the first
			}
			t.Run(name+", "+option, func(t *testing.T) {
				target := targetOf(c.perClass, c.mixed, c.size...)
				h.Ignore = 255
				lossCase(t, target.apart(), c.size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
					return autograd.HardBCE(t, x, target.Target, h)
				}, func(p []float64) float64 { return hardBCE(target, h, p) })
			})
		}
	}
}

// hardBCE is the definition of HardBCE.
func hardBCE(target lossTarget, h autograd.HardOptions, p []float64) float64 {
	loss := func(i int, t float64) float64 { return -t*math.Log(p[i]) - (1-t)*math.Log(1-p[i]) }
	var order []int
	below := 0
	for i, want := range target.want {
		if want >= 0 {
			order = append(order, i)
			if h.Threshold > 0 && loss(i, want) > -math.Log(h.Threshold) {
				below++
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(loss(b, target.want[b]), loss(a, target.want[a])) })
	n, sum := max(1, below, int(h.Keep*float64(len(order)))), 0.0
	for _, i := range order[:n] {
		s := float64(h.Smoothing)
		sum += loss(i, target.want[i]*(1-s)+(1-target.want[i])*s)
	}
	return sum / float64(n)
}

package autograd_test

import (
	"math"
	"testing"

	"tessera/autograd"
)

// meanOver returns the mean of loss over what counts, weighted by class: i is the logit, t what it should be.
func meanOver(target lossTarget, weights []float32, loss func(i int, t float64) float64) float64 {
	sum, count := 0.0, 0.0
	for i, t := range target.want {
		if t < 0 {
			continue
		}
		w := 1.0
		if weights != nil {
			w = float64(weights[i%target.classes])
		}
		sum += w * loss(i, t)
		count += w
	}
	return sum / count
}

// shapesOfTargets are those that losses of classes apart from each other take.
var shapesOfTargets = map[string]struct {
	size            []int
	perClass, mixed bool
}{
	"one channel":           {[]int{2, 3, 4, 1}, false, false},
	"one channel, mixed":    {[]int{2, 3, 4, 1}, false, true},
	"classes":               {[]int{2, 3, 4, 5}, false, false},
	"classes, mixed":        {[]int{2, 3, 4, 5}, false, true},
	"for each class":        {[]int{2, 3, 4, 3}, true, false},
	"for each class, mixed": {[]int{2, 3, 4, 3}, true, true},
	"many blocks":           {[]int{2, 13, 7, 320}, false, false},
}

// apart returns the target, with a probability for each class on its own.
func (l lossTarget) apart() lossTarget {
	l.exclusive = false
	return l
}

func TestBCE(t *testing.T) {
	for name, c := range shapesOfTargets {
		for _, o := range []struct {
			smoothing       float32
			weights, posses bool
		}{{}, {smoothing: 0.125}, {weights: true, posses: true, smoothing: 0.125}, {posses: true}} {
			t.Run(name, func(t *testing.T) {
				target := targetOf(c.perClass, c.mixed, c.size...)
				weights, posses := []float32(nil), []float32(nil)
				for j := range target.classes {
					if o.weights {
						weights = append(weights, float32(j+1)/4)
					}
					if o.posses {
						posses = append(posses, 3-float32(j%5)/2)
					}
				}
				lossCase(t, target.apart(), c.size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
					return autograd.BCE(t, x, target.Target, 255, o.smoothing, posses, weights)
				}, func(p []float64) float64 {
					return meanOver(target, weights, func(i int, t float64) float64 {
						s, pos := t*(1-float64(o.smoothing))+(1-t)*float64(o.smoothing), 1.0
						if posses != nil {
							pos = float64(posses[i%target.classes])
						}
						return -pos*s*math.Log(p[i]) - (1-s)*math.Log(1-p[i])
					})
				})
			})
		}
	}
}

func TestSigmoidFocal(t *testing.T) {
	quarter := float32(0.25)
	for name, c := range shapesOfTargets {
		for _, o := range []struct {
			gamma   float32
			alpha   *float32
			reduced float32
			weights bool
		}{{gamma: 2}, {gamma: 1.5, alpha: &quarter}, {gamma: 0, weights: true}, {gamma: 2, reduced: 0.375, weights: true}} {
			t.Run(name, func(t *testing.T) {
				target := targetOf(c.perClass, c.mixed, c.size...)
				weights, on, off := []float32(nil), 1.0, 1.0
				if o.alpha != nil {
					on, off = 0.25, 0.75
				}
				for j := range target.classes {
					if o.weights {
						weights = append(weights, float32(j+1)/4)
					}
				}
				lossCase(t, target.apart(), c.size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
					return autograd.SigmoidFocal(t, x, target.Target, 255, o.gamma, o.alpha, o.reduced, weights)
				}, func(p []float64) float64 {
					factor := func(rest float64) float64 {
						switch r := float64(o.reduced); {
						case r == 0:
							return math.Pow(rest, float64(o.gamma))
						case 1-rest < r:
							return 1
						default:
							return math.Pow(rest/r, float64(o.gamma))
						}
					}
					return meanOver(target, weights, func(i int, t float64) float64 {
						return -on*t*factor(1-p[i])*math.Log(p[i]) - off*(1-t)*factor(p[i])*math.Log(1-p[i])
					})
				})
			})
		}
	}
}

func TestFocal(t *testing.T) {
	for name, c := range map[string]struct {
		size    []int
		mixed   bool
		gamma   float32
		weights []float32
	}{
		"plain":       {[]int{2, 3, 4, 5}, false, 2, nil},
		"weights":     {[]int{2, 3, 4, 5}, false, 2, []float32{1, 0.5, 2, 0.25, 1.5}},
		"half":        {[]int{2, 3, 4, 5}, false, 0.5, nil},
		"none":        {[]int{2, 3, 4, 5}, false, 0, nil},
		"mixed":       {[]int{2, 3, 4, 5}, true, 1, []float32{1, 0.5, 2, 0.25, 1.5}},
		"many blocks": {[]int{2, 13, 7, 320}, false, 3, nil},
	} {
		t.Run(name, func(t *testing.T) {
			target := targetOf(false, c.mixed, c.size...)
			lossCase(t, target, c.size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
				return autograd.Focal(t, x, target.Target, 255, c.gamma, c.weights)
			}, func(p []float64) float64 {
				sum, count := 0.0, 0.0
				for i, want := range target.want {
					if want <= 0 {
						continue
					}
					if c.weights != nil {
						want *= float64(c.weights[i%target.classes])
					}
					sum -= want * math.Pow(1-p[i], float64(c.gamma)) * math.Log(p[i])
					count += want
				}
				return sum / count
			})
		})
	}
}

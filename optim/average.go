package optim

import (
	"fmt"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// An Average keeps a running mean of weights beside those that learn. Like PyTorch's AveragedModel it begins with a
// copy at its first update. Statistics of batch norm do not fit averaged weights: average them too, or measure them
// anew.
type Average struct {
	live, mean [][]float32
	updates    int64
	part       func(updates int64) float64 // of the way to the live weights, after so many updates
	now        float32
	spans      []span
	move       func(i, worker int)
	swap       func(i, worker int)
}

// NewEMA returns an exponential moving average: mean = decay·mean + (1-decay)·live at every update. It panics unless
// decay lies in [0, 1).
func NewEMA(live [][]float32, decay float64) *Average {
	if !(decay >= 0 && decay < 1) {
		panic(fmt.Sprintf("optim: EMA with decay %v", decay))
	}
	return newAverage(live, func(int64) float64 { return 1 - decay })
}

// NewWarmEMA returns an exponential moving average whose decay rises to the given one: after n updates it is at most
// 1-(1+n)^(-2/3), so that the first weights are soon forgotten (use_warmup of timm's ModelEmaV3, with its defaults). It panics
// as NewEMA does.
func NewWarmEMA(live [][]float32, decay float64) *Average {
	a := NewEMA(live, decay)
	a.part = func(updates int64) float64 { return max(1-decay, 1/pow(float64(1+updates), 2./3)) }
	return a
}

// NewSWA returns the plain mean of the weights at all updates (Izmailov et al., "Averaging Weights Leads to Wider
// Optima and Better Generalization", UAI 2018).
func NewSWA(live [][]float32) *Average {
	return newAverage(live, func(updates int64) float64 { return 1 / float64(updates+1) })
}

func newAverage(live [][]float32, part func(int64) float64) *Average {
	a := &Average{live: live, part: part}
	for i, x := range live {
		a.mean = append(a.mean, make([]float32, len(x)))
		a.spans = appendSpans(a.spans, i, len(x))
	}
	tensor.HugePages(a.mean...)
	a.move = func(i, _ int) {
		s := a.spans[i]
		if a.updates == 0 {
			copy(s.of(a.mean), s.of(a.live))
			return
		}
		kernels.Lerp(a.now, s.of(a.live), s.of(a.mean))
	}
	a.swap = func(i, _ int) {
		x, y := a.spans[i].of(a.live), a.spans[i].of(a.mean)
		for j := range x {
			x[j], y[j] = y[j], x[j]
		}
	}
	return a
}

// Update takes the live weights into the mean.
func (a *Average) Update() {
	a.now = float32(a.part(a.updates))
	parallel.For(len(a.spans), a.move)
	a.updates++
}

// Updates returns how many there were.
func (a *Average) Updates() int64 { return a.updates }

// Swap exchanges the live weights and the mean, to validate or save the mean with the model it belongs to. A second
// Swap takes it back; no Update may come between.
func (a *Average) Swap() { parallel.For(len(a.spans), a.swap) }

// State returns the mean as moment "mean" and the number of updates, for snapshots.
func (a *Average) State() State {
	return State{Steps: &a.updates, Moments: map[string][][]float32{"mean": a.mean}}
}

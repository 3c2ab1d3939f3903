package optim

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/golden"
)

// newSchedule returns the schedule of a golden case.
func newSchedule(t *testing.T, lr float64, c golden.ScheduleCase) Schedule {
	t.Helper()
	cycle := OneCycleOptions{PctStart: c.PctStart, Div: c.Div, FinalDiv: c.FinalDiv, Linear: c.Anneal == "linear",
		ThreePhase: c.ThreePhase}
	if c.PctStart == 0 {
		cycle = DefaultOneCycle
	}
	switch c.Schedule {
	case "cosine":
		return Cosine(lr, c.EtaMin, c.TMax)
	case "cosine_restarts":
		return CosineRestarts(lr, c.EtaMin, c.T0, max(1, c.TMult))
	case "step":
		return StepDecay(lr, c.Gamma, c.StepSize)
	case "multi_step":
		return MultiStep(lr, c.Gamma, c.Milestones...)
	case "exponential":
		return Exponential(lr, c.Gamma, 1)
	case "polynomial":
		return Polynomial(lr, 0, c.Power, c.TotalIters)
	case "one_cycle":
		return OneCycle(c.MaxLR, c.TotalSteps, cycle)
	case "swa":
		return SWA(Constant(lr), 0, c.SWALR, c.AnnealSpan, c.Anneal == "linear")
	}
	require.Fail(t, "no schedule "+c.Schedule)
	return nil
}

func TestSchedulesAgreeWithPyTorch(t *testing.T) {
	var file golden.Schedules
	golden.Load(t, "schedules.json", &file)
	require.Len(t, file.Cases, 17)
	for _, c := range file.Cases {
		s, name := newSchedule(t, file.LR, c), "schedule "+c.Schedule
		if c.Warmup > 0 {
			s, name = Warmup(c.Warmup, s), name+" after a warm-up"
		}
		if c.LinearIters > 0 {
			s, name = WarmupFrom(c.StartFactor, c.LinearIters, s), name+" after a rise from a factor"
		}
		var worst golden.Worst
		require.Len(t, c.Rates, 200)
		for step, want := range c.Rates {
			worst.See(fmt.Sprintf("%+v, step %d", c, step), math.Abs(s(step)-want)/file.LR, 1e-7)
		}
		worst.Report(t, name, "rates of 200 steps, by the first", golden.PyTorch)
		if c.Schedule == "one_cycle" {
			require.Len(t, c.Momenta, 200)
			checkMomenta(t, c)
		}
	}
}

// checkMomenta compares the momentum that goes with one cycle.
func checkMomenta(t *testing.T, c golden.ScheduleCase) {
	t.Helper()
	o := DefaultOneCycle
	if c.PctStart > 0 {
		o = OneCycleOptions{PctStart: c.PctStart, Linear: c.Anneal == "linear", ThreePhase: c.ThreePhase}
	}
	s := OneCycleMomentum(0.85, 0.95, c.TotalSteps, o)
	var worst golden.Worst
	for step, want := range c.Momenta {
		worst.See(fmt.Sprintf("%+v, step %d", c, step), math.Abs(s(step)-want), 1e-10)
	}
	worst.Report(t, "schedule one_cycle", "momenta of 200 steps", golden.PyTorch)
}

func TestPlateauAgreesWithPyTorch(t *testing.T) {
	var file golden.Schedules
	golden.Load(t, "schedules.json", &file)
	require.Len(t, file.Plateaus, 4)
	for _, c := range file.Plateaus {
		o := DefaultPlateau
		o.Max, o.Factor, o.Patience, o.Cooldown, o.Min = c.Mode == "max", c.Factor, c.Patience, c.Cooldown, c.MinLR
		o.Absolute = c.ThresholdMode == "abs"
		if c.Threshold != nil {
			o.Threshold = *c.Threshold
		}
		if c.Eps != nil {
			o.Eps = *c.Eps
		}
		p := NewPlateau(file.LR, o)
		var worst golden.Worst
		for step, want := range c.Rates {
			worst.See(fmt.Sprintf("%+v, step %d", o, step), math.Abs(want-p.Rate(step))/file.LR, 1e-7)
			p.Observe(c.Measured[step])
			again := NewPlateau(1, o) // resumed after every step
			again.Restore(p.State())
			p = again
		}
		assert.Less(t, p.Rate(0), file.LR)
		worst.Report(t, "schedule plateau", "rates, by the first", golden.PyTorch)
	}
}

func TestPlateauOfWhatIsNotFinite(t *testing.T) {
	p := NewPlateau(1, PlateauOptions{Factor: 0.5, Patience: 2})
	for _, v := range []float64{math.Inf(1), math.NaN()} {
		p.Observe(v)
	}
	assert.Equal(t, PlateauState{Rate: 1, Bad: 2}, p.State())
	p.Observe(3)
	assert.Equal(t, PlateauState{Rate: 1, Best: 3, Measured: true}, p.State())
	for range 3 {
		p.Observe(math.Inf(-1))
	}
	assert.Equal(t, PlateauState{Rate: 0.5, Best: 3, Measured: true}, p.State())
}

func TestEndsOfSchedules(t *testing.T) {
	for _, s := range []Schedule{
		Cosine(1, 0.25, 40), Polynomial(1, 0.25, 0.9, 40), SWA(Constant(1), 10, 0.25, 20, true),
		OneCycle(1, 40, OneCycleOptions{PctStart: 0.3, Div: 2, FinalDiv: 2}),
	} {
		assert.Equal(t, 0.25, s(40))
		assert.Equal(t, 0.25, s(1000), "it stays there")
	}
	assert.Equal(t, 0.25, Cosine(1, 0.25, 0)(0), "a run of no steps is at its end")
	assert.Equal(t, 1.0, SWA(Constant(1), 10, 0.25, 20, false)(10), "the way begins where the schedule was")
	assert.Equal(t, 0.25, SWA(Constant(1), 10, 0.25, 0, false)(10), "no way")
	assert.InDelta(t, 0.5, Exponential(1, 0.25, 100)(50), 1e-14)
	assert.Equal(t, 0.3, Constant(0.3)(1000))
	for steps := range 8 { // so short that phases vanish
		for _, three := range []bool{false, true} {
			o := DefaultOneCycle
			o.ThreePhase = three
			for step := range 10 {
				rate := OneCycle(1, steps, o)(step)
				assert.True(t, rate > 0 && rate <= 1, "%d steps: %v at %d", steps, rate, step)
			}
		}
	}
}

// TestCyclicSWA follows the paper's formula: α(i) = (1-t)·α₁ + t·α₂ with t = (mod(i-1, c)+1)/c, i from 1.
func TestCyclicSWA(t *testing.T) {
	const start, c, high, low = 7, 5, 0.05, 0.001
	line := CyclicSWA(Constant(1), start, high, low, c, true)
	curve := CyclicSWA(Constant(1), start, high, low, c, false)
	for step := range 40 {
		if step < start {
			assert.Equal(t, 1.0, line(step))
			continue
		}
		i := step - start + 1
		part := (math.Mod(float64(i-1), c) + 1) / c
		assert.InDelta(t, (1-part)*high+part*low, line(step), 1e-15, "step %d", step)
		assert.InDelta(t, low+(high-low)*(1+math.Cos(math.Pi*part))/2, curve(step), 1e-15, "step %d", step)
	}
	assert.InDelta(t, low, line(start+c-1), 1e-15, "a cycle ends at the low rate")
	assert.InDelta(t, low, CyclicSWA(Constant(1), 0, high, low, 0, false)(3), 1e-15, "a cycle has a step at least")
}

func TestWarmup(t *testing.T) {
	s := Warmup(4, Cosine(1, 0, 2))
	want := []float64{0.25, 0.5, 0.75, 1, 1, 0.5, 0, 0}
	for step, rate := range want {
		assert.InDelta(t, rate, s(step), 1e-15, "step %d", step)
	}
	assert.Equal(t, 1.0, Warmup(0, Constant(1))(0), "no warm-up")
}

func TestCosPi(t *testing.T) {
	const n = 100000
	worst := 0.0
	for i := range n + 1 {
		x := float64(i) / n
		diff := math.Abs(cosPi(x) - math.Cos(math.Pi*x))
		assert.False(t, math.IsNaN(diff))
		worst = max(worst, diff)
	}
	assert.LessOrEqual(t, worst, 1e-15)
	for x, want := range map[float64]float64{0: 1, 0.5: 0, 1: -1} {
		assert.Equal(t, want, cosPi(x), x)
	}
}

package workflow

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"tessera/optim"
	"tessera/segtrain/config"
	"tessera/segtrain/train"
)

// The settings of the schedules: keys beside schedule.name. Names are PyTorch's, lengths are in epochs. Defaults are
// PyTorch's where it has any; the power is that of nnU-Net and of MMSegmentation.
type (
	cosineSettings   struct{}
	constantSettings struct{}

	restartsSettings struct {
		T0    float64 `yaml:"t_0"`
		TMult int     `yaml:"t_mult"`
	}
	polynomialSettings struct {
		Power float64 `yaml:"power"`
	}
	stepSettings struct {
		StepSize float64 `yaml:"step_size"`
		Gamma    float64 `yaml:"gamma"`
	}
	multiStepSettings struct {
		Milestones []float64 `yaml:"milestones"`
		Gamma      float64   `yaml:"gamma"`
	}
	exponentialSettings struct {
		Gamma float64 `yaml:"gamma"`
	}
	oneCycleSettings struct {
		PctStart       float64 `yaml:"pct_start"`
		DivFactor      float64 `yaml:"div_factor"`
		FinalDivFactor float64 `yaml:"final_div_factor"`
		ThreePhase     bool    `yaml:"three_phase"`
		AnnealStrategy string  `yaml:"anneal_strategy"`
		CycleMomentum  bool    `yaml:"cycle_momentum"`
		BaseMomentum   float64 `yaml:"base_momentum"`
		MaxMomentum    float64 `yaml:"max_momentum"`
	}
	plateauSettings struct {
		Monitor       string  `yaml:"monitor"`
		Factor        float64 `yaml:"factor"`
		Patience      int     `yaml:"patience"`
		Threshold     float64 `yaml:"threshold"`
		ThresholdMode string  `yaml:"threshold_mode"`
		Cooldown      int     `yaml:"cooldown"`
	}
)

// A span is what a schedule is made for: the rates and the length of the run after its warm-up.
type span struct {
	lr, minLR       float64
	steps, perEpoch int
}

// of returns a number of epochs in steps, at least one.
func (s span) of(epochs float64) int { return max(1, int(math.Round(epochs*float64(s.perEpoch)))) }

// scheduleSettings build the course of the learning rate after the warm-up.
type scheduleSettings interface {
	new(s span) optim.Schedule
}

func init() {
	schedule := func(name, doc string, settings func() any) {
		config.Register("schedule.name", config.Choice{Name: name, Doc: doc, Settings: settings})
	}
	schedule("cosine", "half a cosine from lr to min_lr", func() any { return &cosineSettings{} })
	schedule("constant", "lr throughout", func() any { return &constantSettings{} })
	schedule("cosine_restarts", "cosines from lr to min_lr, one after the other",
		func() any { return &restartsSettings{T0: 10, TMult: 1} })
	schedule("polynomial", "from lr to min_lr as a power of the part of the run that is left",
		func() any { return &polynomialSettings{Power: 0.9} })
	schedule("one_cycle", "up to lr and down again", func() any {
		o := optim.DefaultOneCycle
		return &oneCycleSettings{PctStart: o.PctStart, DivFactor: o.Div, FinalDivFactor: o.FinalDiv, AnnealStrategy: "cos",
			BaseMomentum: 0.85, MaxMomentum: 0.95}
	})
	schedule("step", "times gamma every step_size epochs", func() any { return &stepSettings{StepSize: 30, Gamma: 0.1} })
	schedule("multi_step", "times gamma at each of the milestones", func() any { return &multiStepSettings{Gamma: 0.1} })
	schedule("exponential", "times gamma each epoch, a little every step",
		func() any { return &exponentialSettings{Gamma: 0.95} })
	schedule("plateau", "times factor when validation gets no better", func() any {
		o := optim.DefaultPlateau
		return &plateauSettings{Monitor: "loss", Factor: o.Factor, Patience: o.Patience, Threshold: o.Threshold,
			ThresholdMode: "rel", Cooldown: o.Cooldown}
	})
}

func (*cosineSettings) new(s span) optim.Schedule { return optim.Cosine(s.lr, s.minLR, s.steps) }

func (*constantSettings) new(s span) optim.Schedule { return optim.Constant(s.lr) }

func (c *restartsSettings) new(s span) optim.Schedule {
	return optim.CosineRestarts(s.lr, s.minLR, s.of(c.T0), c.TMult)
}

func (c *polynomialSettings) new(s span) optim.Schedule {
	return optim.Polynomial(s.lr, s.minLR, c.Power, s.steps)
}

func (c *stepSettings) new(s span) optim.Schedule {
	return optim.StepDecay(s.lr, c.Gamma, s.of(c.StepSize))
}

func (c *multiStepSettings) new(s span) optim.Schedule {
	var steps []int
	for _, m := range c.Milestones {
		steps = append(steps, s.of(m))
	}
	return optim.MultiStep(s.lr, c.Gamma, steps...)
}

// Check wants milestones, in order.
func (c *multiStepSettings) Check() error {
	if len(c.Milestones) == 0 {
		return errors.New("multi_step wants milestones, such as [30, 60]")
	}
	if !slices.IsSorted(c.Milestones) {
		return fmt.Errorf("milestones %v are not in order", c.Milestones)
	}
	return nil
}

func (c *exponentialSettings) new(s span) optim.Schedule {
	return optim.Exponential(s.lr, c.Gamma, s.perEpoch)
}

func (c *oneCycleSettings) new(s span) optim.Schedule {
	return optim.OneCycle(s.lr, s.steps, c.options())
}

func (c *oneCycleSettings) options() optim.OneCycleOptions {
	return optim.OneCycleOptions{PctStart: c.PctStart, Div: c.DivFactor, FinalDiv: c.FinalDivFactor, ThreePhase: c.ThreePhase,
		Linear: c.AnnealStrategy == "linear"}
}

// momentum returns the course of the momentum beside the rate, after a warm-up; nil for none.
func (c *oneCycleSettings) momentum(warm, steps int) optim.Schedule {
	if !c.CycleMomentum {
		return nil
	}
	cycle := optim.OneCycleMomentum(c.BaseMomentum, c.MaxMomentum, steps, c.options())
	return func(step int) float64 { return cycle(max(0, step-warm)) }
}

// Check wants time for each phase, and momenta in order.
func (c *oneCycleSettings) Check() error {
	if c.ThreePhase && c.PctStart >= 0.5 {
		return fmt.Errorf("pct_start %v leaves nothing for the third phase; allowed: below 0.5", c.PctStart)
	}
	if c.BaseMomentum > c.MaxMomentum {
		return fmt.Errorf("base_momentum %v is above max_momentum, which is %v", c.BaseMomentum, c.MaxMomentum)
	}
	return nil
}

// new is not that of scheduleSettings: the rate of a plateau has a state.
func (c *plateauSettings) new(s span) *optim.Plateau {
	o := optim.DefaultPlateau
	o.Max, o.Factor, o.Patience, o.Min = c.Monitor != "loss", c.Factor, c.Patience, s.minLR
	o.Threshold, o.Absolute, o.Cooldown = c.Threshold, c.ThresholdMode == "abs", c.Cooldown
	return optim.NewPlateau(s.lr, o)
}

// lengths returns the steps of a run on so many samples and those of an epoch: of full batches, at least one.
func lengths(cfg *config.Config, samples int) (steps, perEpoch int) {
	perEpoch = max(1, samples/cfg.Train.Samples())
	if steps = cfg.Train.Steps; steps == 0 {
		steps = cfg.Train.Epochs * perEpoch
	}
	return steps, perEpoch
}

// A course is how the learning rate goes over a run.
type course struct {
	schedule optim.Schedule
	plateau  *optim.Plateau // what schedule follows, or nil
	watch    train.Measure  // what plateau observes
	momentum optim.Schedule // nil for that of the optimizer
}

// warmSteps returns the steps of the warm-up.
func warmSteps(cfg *config.Config, steps, perEpoch int) int {
	return min(int(math.Round(cfg.Schedule.WarmupEpochs*float64(perEpoch))), steps)
}

// newCourse returns the learning rate's course over so many steps.
func newCourse(cfg *config.Config, steps, perEpoch int) course {
	c := cfg.Schedule
	warm := warmSteps(cfg, steps, perEpoch)
	s := span{lr: cfg.Optim.LR, minLR: c.MinLR, steps: max(1, steps-warm), perEpoch: perEpoch}
	var made course
	switch settings := cfg.Settings("schedule.name").(type) {
	case *plateauSettings:
		made.plateau, made.watch = settings.new(s), measure(settings.Monitor)
		made.schedule = made.plateau.Rate
	case scheduleSettings:
		made.schedule = settings.new(s)
	default:
		panic(fmt.Sprintf("workflow: no schedule %q", c.Name)) // the configuration was checked
	}
	if one, ok := cfg.Settings("schedule.name").(*oneCycleSettings); ok {
		made.momentum = one.momentum(warm, s.steps)
	}
	switch {
	case warm > 0 && c.WarmupFactor != nil:
		made.schedule = optim.WarmupFrom(*c.WarmupFactor, warm, made.schedule)
	case warm > 0:
		made.schedule = optim.Warmup(warm, made.schedule)
	}
	if c.SWA.Rate != nil {
		made.schedule = s.withSWA(made.schedule, c.SWA, swaStart(cfg, steps, perEpoch))
	}
	return made
}

// withSWA ends a schedule with SWA's rate, or with its cycles.
func (s span) withSWA(before optim.Schedule, swa config.SWA, start int) optim.Schedule {
	linear := swa.AnnealStrategy == "linear"
	if swa.CycleEpochs > 0 {
		return optim.CyclicSWA(before, start, *swa.Rate, *swa.MinRate, s.of(swa.CycleEpochs), linear)
	}
	return optim.SWA(before, start, *swa.Rate, int(math.Round(swa.AnnealEpochs*float64(s.perEpoch))), linear)
}

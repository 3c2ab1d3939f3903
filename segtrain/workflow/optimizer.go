package workflow

import (
	"fmt"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/optim"
	"tessera/segtrain/config"
)

// The settings of the optimizers: keys beside optim.name. Names and defaults are PyTorch's, or those of the paper.
type (
	adamwSettings struct {
		Betas       [2]float64 `yaml:"betas"`
		Eps         float64    `yaml:"eps"`
		WeightDecay float64    `yaml:"weight_decay"`
		AMSGrad     bool       `yaml:"amsgrad"`
	}
	sgdSettings struct {
		Momentum    float64 `yaml:"momentum"`
		Dampening   float64 `yaml:"dampening"`
		Nesterov    bool    `yaml:"nesterov"`
		WeightDecay float64 `yaml:"weight_decay"`
	}
	adamSettings struct {
		Betas       [2]float64 `yaml:"betas"`
		Eps         float64    `yaml:"eps"`
		WeightDecay float64    `yaml:"weight_decay"`
		AMSGrad     bool       `yaml:"amsgrad"`
	}
	nadamSettings struct {
		Betas         [2]float64 `yaml:"betas"`
		Eps           float64    `yaml:"eps"`
		WeightDecay   float64    `yaml:"weight_decay"`
		Decoupled     bool       `yaml:"decoupled_weight_decay"`
		MomentumDecay float64    `yaml:"momentum_decay"`
	}
	radamSettings struct {
		Betas       [2]float64 `yaml:"betas"`
		Eps         float64    `yaml:"eps"`
		WeightDecay float64    `yaml:"weight_decay"`
		Decoupled   bool       `yaml:"decoupled_weight_decay"`
	}
	adampSettings struct {
		Betas       [2]float64 `yaml:"betas"`
		Eps         float64    `yaml:"eps"`
		WeightDecay float64    `yaml:"weight_decay"`
		Delta       float64    `yaml:"delta"`
		WDRatio     float64    `yaml:"wd_ratio"`
		Nesterov    bool       `yaml:"nesterov"`
	}
	lionSettings struct {
		Betas       [2]float64 `yaml:"betas"`
		WeightDecay float64    `yaml:"weight_decay"`
	}
)

// optimizerSettings build an optimizer of parameters.
type optimizerSettings interface {
	new(params []*autograd.Param) groupedOptimizer
	moments() int // that it keeps of each parameter
}

type groupedOptimizer interface {
	optim.Optimizer
	Group(factors []optim.Factors)
}

func init() {
	betas := [2]float64{0.9, 0.999}
	const eps = 1e-8
	optimizer := func(name, doc string, settings func() any) {
		config.Register("optim.name", config.Choice{Name: name, Doc: doc, Settings: settings})
	}
	optimizer("adamw", "Adam with decoupled weight decay",
		func() any { return &adamwSettings{Betas: betas, Eps: eps, WeightDecay: optim.DefaultAdamW.Decay} })
	optimizer("sgd", "stochastic gradient descent", func() any { return &sgdSettings{} })
	optimizer("adam", "Adam, with weight decay added to the gradient",
		func() any { return &adamSettings{Betas: betas, Eps: eps} })
	optimizer("nadam", "Adam with Nesterov momentum", func() any {
		return &nadamSettings{Betas: betas, Eps: eps, MomentumDecay: optim.DefaultNAdam.MomentumDecay}
	})
	optimizer("radam", "Adam that leaves the second moment out until it says enough",
		func() any { return &radamSettings{Betas: betas, Eps: eps} })
	optimizer("adamp", "Adam without growth of scale-invariant weights", func() any {
		return &adampSettings{Betas: betas, Eps: eps, Delta: optim.DefaultAdamP.Delta, WDRatio: optim.DefaultAdamP.DecayRatio}
	})
	optimizer("lion", "steps along the sign of the momentum; wants 3 to 10 times less lr than adamw",
		func() any { return &lionSettings{Betas: [2]float64{optim.DefaultLion.Beta1, optim.DefaultLion.Beta2}} })
}

func (s *adamwSettings) new(params []*autograd.Param) groupedOptimizer {
	if s.AMSGrad {
		return optim.NewAdam(params, optim.AdamOptions{Beta1: s.Betas[0], Beta2: s.Betas[1], Eps: s.Eps, Decay: s.WeightDecay,
			Decoupled: true, AMSGrad: true})
	}
	return optim.NewAdamW(params, optim.AdamWOptions{Beta1: s.Betas[0], Beta2: s.Betas[1], Eps: s.Eps, Decay: s.WeightDecay})
}

func (s *sgdSettings) new(params []*autograd.Param) groupedOptimizer {
	return optim.NewSGD(params, s.options())
}

func (s *sgdSettings) options() optim.SGDOptions {
	return optim.SGDOptions{Momentum: s.Momentum, Dampening: s.Dampening, Nesterov: s.Nesterov, Decay: s.WeightDecay}
}

// Check reports settings that exclude each other.
func (s *sgdSettings) Check() error { return s.options().Check() }

func (s *adamSettings) new(params []*autograd.Param) groupedOptimizer {
	return optim.NewAdam(params, optim.AdamOptions{Beta1: s.Betas[0], Beta2: s.Betas[1], Eps: s.Eps, Decay: s.WeightDecay,
		AMSGrad: s.AMSGrad})
}

func (s *nadamSettings) new(params []*autograd.Param) groupedOptimizer {
	return optim.NewNAdam(params, optim.AdamOptions{Beta1: s.Betas[0], Beta2: s.Betas[1], Eps: s.Eps,
		Decay: s.WeightDecay, Decoupled: s.Decoupled, MomentumDecay: s.MomentumDecay})
}

func (s *radamSettings) new(params []*autograd.Param) groupedOptimizer {
	return optim.NewRAdam(params, optim.AdamOptions{Beta1: s.Betas[0], Beta2: s.Betas[1], Eps: s.Eps,
		Decay: s.WeightDecay, Decoupled: s.Decoupled})
}

func (s *adampSettings) new(params []*autograd.Param) groupedOptimizer {
	return optim.NewAdamP(params, optim.AdamPOptions{Beta1: s.Betas[0], Beta2: s.Betas[1], Eps: s.Eps,
		Decay: s.WeightDecay, Delta: s.Delta, DecayRatio: s.WDRatio, Nesterov: s.Nesterov})
}

func (s *lionSettings) new(params []*autograd.Param) groupedOptimizer {
	return optim.NewLion(params, optim.LionOptions{Beta1: s.Betas[0], Beta2: s.Betas[1], Decay: s.WeightDecay})
}

func (s *adamwSettings) moments() int { return 2 + count(s.AMSGrad) }
func (*sgdSettings) moments() int     { return 1 }
func (s *adamSettings) moments() int  { return 2 + count(s.AMSGrad) }
func (*nadamSettings) moments() int   { return 2 }
func (*radamSettings) moments() int   { return 2 }
func (*adampSettings) moments() int   { return 2 }
func (*lionSettings) moments() int    { return 1 }

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// chosenOptimizer returns the settings of the optimizer that the configuration names.
func chosenOptimizer(cfg *config.Config) optimizerSettings {
	s, ok := cfg.Settings("optim.name").(optimizerSettings)
	if !ok {
		panic(fmt.Sprintf("workflow: no optimizer %q", cfg.Optim.Name)) // the configuration was checked
	}
	return s
}

// newOptimizer builds the optimizer that the configuration describes.
func newOptimizer(cfg *config.Config, m decoder.Model) optim.Optimizer {
	return newOptimizerOf(cfg, m, 0)
}

// newOptimizerOf is newOptimizer of a model with its heads, whose encoder begins to learn after so many steps.
func newOptimizerOf(cfg *config.Config, m any, encoderFrom int64) optim.Optimizer {
	o, params := cfg.Optim, nn.Params(m)
	opt := chosenOptimizer(cfg).new(params)
	opt.Group(optim.Grouping{
		EncoderRate: o.EncoderLR, LayerDecay: o.LayerDecay, DecayVectors: o.DecayBiasNorm, EncoderFrom: encoderFrom,
	}.Factors(params))
	if o.Lookahead.K == 0 {
		return opt
	}
	return optim.NewLookahead(opt, params, optim.LookaheadOptions{K: o.Lookahead.K, Alpha: o.Lookahead.Alpha})
}

// moments counts the numbers that the optimizer keeps for each that is learned.
func moments(cfg *config.Config) int {
	n := chosenOptimizer(cfg).moments()
	if cfg.Optim.Lookahead.K > 0 {
		n++
	}
	return n
}

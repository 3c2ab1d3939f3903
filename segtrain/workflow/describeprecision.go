package workflow

import (
	"fmt"
	"slices"
	"time"

	"github.com/klauspost/cpuid/v2"

	"tessera/autograd"
	"tessera/kernels"
	"tessera/segtrain/config"
	"tessera/segtrain/train"
	"tessera/tensor"
)

// Units are what the processor has for numbers of 16 bits, and what the program makes of it.
type Units struct {
	Has      []string `json:"has"`      // AMX-TILE, AMX-BF16, AMX-FP16, AVX512-BF16, AVX512-FP16, F16C, FP16, BF16
	Bfloat16 string   `json:"bfloat16"` // the instruction set that multiplies in bf16 and bf16x3; below amx it is an imitation
	Reason   string   `json:"reason,omitempty"`
}

func newUnits() Units {
	u := kernels.Bfloat16Unit()
	units := Units{Has: []string{}, Bfloat16: u.ISA.String(), Reason: u.Reason}
	for _, f := range []struct {
		id   cpuid.FeatureID
		name string
	}{{cpuid.AMXTILE, "AMX-TILE"}, {cpuid.AMXBF16, "AMX-BF16"}, {cpuid.AMXFP16, "AMX-FP16"}, {cpuid.AVX512BF16, "AVX512-BF16"},
		{cpuid.AVX512FP16, "AVX512-FP16"}, {cpuid.F16C, "F16C"}, {cpuid.FPHP, "FP16"}} {
		if cpuid.CPU.Supports(f.id) {
			units.Has = append(units.Has, f.name)
		}
	}
	return units
}

// A PrecisionCost is what a training step costs in a precision.
type PrecisionCost struct {
	Precision string  `json:"precision"`
	Kernel    string  `json:"kernel"`            // instruction set of the products
	Slowness  int     `json:"slowness"`          // of products that are imitated: about so many times those of fp32; 0 for no imitation
	Memory    Memory  `json:"memory"`            // of training
	StepMS    float64 `json:"step_ms,omitempty"` // forward and backward, the fastest of those measured; 0 if not measured
}

// precisions returns the cost of each, measured for d altogether unless that is 0. What portable Go would have to imitate
// is not measured.
func (p *parts) precisions(cfg *config.Config, d time.Duration) ([]PrecisionCost, error) {
	var list []PrecisionCost
	var runs []func()
	for _, name := range kernels.Precisions() {
		one := *cfg
		one.Precision = name
		if cfg.Precision == kernels.Float16.String() || name == kernels.Float16.String() { // activations of their own
			one.Train.Activations = kernels.StoreAuto.String()
		}
		memory, err := p.forecast(&one, cfg.Train.Batch)
		if err != nil {
			return nil, err
		}
		c := PrecisionCost{Precision: name, Kernel: kernels.Active().String(), Memory: memory}
		if u := kernels.Bfloat16Unit(); precision(&one).Rounds() {
			c.Kernel, c.Slowness = u.ISA.String(), u.Slowness*products(precision(&one))
		}
		list = append(list, c)
		if d == 0 || c.Slowness > 6 {
			continue
		}
		if free := availableMemory(); free > 0 && memory.Step > free {
			return nil, fmt.Errorf("measuring %s needs %s, and %s are available", name, megabytes(memory.Step), megabytes(free))
		}
		run, done, err := p.noiseStep(&one)
		if err != nil {
			return nil, err
		}
		defer done()
		runs = append(runs, run)
	}
	for i, ms := range inTurn(runs, d) { // those that are measured come first
		list[i].StepMS = ms
	}
	return list, nil
}

// noiseStep records a step, without the optimizer, on pictures of noise.
func (p *parts) noiseStep(cfg *config.Config) (run, done func(), err error) {
	n, h, w := cfg.Train.Batch, cfg.Data.Size[0], cfg.Data.Size[1]
	t := autograd.NewTape(autograd.Training)
	t.Precision, t.Storage = precision(cfg), storage(cfg)
	x := t.Input(tensor.Dims(n, h, w, cfg.Data.Channels))
	labels := t.Labels(train.LabelShape(n, h, w, task(cfg).Labels(len(classNames(cfg)))))
	l := p.heads.Record(t, p.model, x, p.trainingLoss(cfg), labels)
	if err := t.Plan(); err != nil {
		return nil, nil, err
	}
	for i, to := 0, x.Value(); i < len(to); i++ {
		to[i] = float32(float32(autograd.Uniform(1, uint64(i)))*4) - 2
	}
	return func() {
		t.Forward()
		t.Backward(l, 1)
	}, t.Free, nil
}

// inTurn returns the milliseconds of the fastest call of each function, called in turn for d, twice at least.
func inTurn(runs []func(), d time.Duration) []float64 {
	times := make([][]float64, len(runs))
	for begin, k := time.Now(), 0; len(runs) > 0 && (k < 3 || time.Since(begin) < d); k++ {
		for i, run := range runs {
			start := time.Now()
			run()
			if k > 0 { // the first touches the memory
				times[i] = append(times[i], time.Since(start).Seconds()*1e3)
			}
		}
	}
	var best []float64
	for _, t := range times {
		best = append(best, slices.Min(t))
	}
	return best
}

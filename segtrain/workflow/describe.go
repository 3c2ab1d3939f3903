package workflow

import (
	"runtime"
	"time"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/segtrain/config"
	"tessera/segtrain/record"
)

// Info is what this machine can do, and with a configuration what that asks of it.
type Info struct {
	Version   string   `json:"version"`
	Go        string   `json:"go"`
	System    string   `json:"system"`
	CPU       string   `json:"cpu"`
	Cores     int      `json:"cores"`
	Threads   int      `json:"threads"`
	ISA       string   `json:"isa"`       // kernels in use
	Supported []string `json:"supported"` // instruction sets that SEGTRAIN_ISA may name here
	// Kernels are the families of kernels by the instruction set they run in: one without an implementation for
	// the best runs in the next lower.
	Kernels  map[string][]string `json:"kernels"`
	Units    Units               `json:"units"`
	MemoryMB int64               `json:"memory_mb"` // of the machine; 0 if unknown
	FreeMB   int64               `json:"free_mb"`   // of it available; 0 if unknown
	Model    *ModelInfo          `json:"model,omitempty"`
}

// ModelInfo is what a configuration's training run needs.
type ModelInfo struct {
	Arch       string          `json:"arch"`
	Encoder    string          `json:"encoder"`
	Classes    int             `json:"classes"`
	Parameters int             `json:"parameters"`
	Size       [2]int          `json:"size"` // height, width
	Batch      int             `json:"batch"`
	Memory     Memory          `json:"memory"`
	Precisions []PrecisionCost `json:"precisions"`
}

// Describe looks at this machine and, unless cfg is nil, at what a configuration asks of it; where measure is not 0, it takes
// that long to measure a step in each precision.
func Describe(cfg *config.Config, measure time.Duration) (*Info, error) {
	if err := kernels.EnvError(); err != nil {
		return nil, err
	}
	env := record.NewEnv(kernels.Active().String())
	info := &Info{
		Version: env.Version, Go: env.Go, System: env.OS + "/" + env.Arch, CPU: env.CPU, Cores: runtime.NumCPU(),
		ISA: env.ISA,
	}
	for _, isa := range kernels.Supported() {
		info.Supported = append(info.Supported, isa.String())
	}
	info.Kernels = map[string][]string{}
	kernels.Chosen(func(name string, isa kernels.ISA) {
		info.Kernels[isa.String()] = append(info.Kernels[isa.String()], name)
	})
	info.Units = newUnits()
	info.MemoryMB, info.FreeMB = machineMemory()
	if cfg != nil {
		p, err := build(cfg)
		if err != nil {
			return nil, err
		}
		info.Model = &ModelInfo{
			Arch: cfg.Model.Arch.Name, Encoder: cfg.Model.Encoder, Classes: len(classNames(cfg)),
			Parameters: p.parameters(), Size: cfg.Data.Size, Batch: cfg.Train.Batch, Memory: p.memory,
		}
		if info.Model.Precisions, err = p.precisions(cfg, measure); err != nil {
			return nil, err
		}
	}
	info.Threads = parallel.Workers()
	return info, nil
}

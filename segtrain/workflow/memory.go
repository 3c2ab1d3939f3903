package workflow

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"tessera/kernels"
	"tessera/segtrain/config"
)

// fits refuses a training step that needs more than the available bytes of memory, and names the largest batch that does
// not. Nothing is refused where the memory is not known (0).
func (p *parts) fits(cfg *config.Config, available int64) error {
	if available == 0 || p.memory.Total() <= available {
		return nil
	}
	// The first batch that is too large: every image adds to the memory.
	tooLarge := 1 + sort.Search(cfg.Train.Batch-1, func(i int) bool {
		m, err := p.forecast(cfg, i+1)
		return err != nil || m.Total() > available
	})
	advice := fmt.Sprintf("the largest batch that fits is %d", tooLarge-1)
	if tooLarge == 1 {
		advice = "not even one image fits: make data.size smaller"
	}
	return cfg.Mistake("train.batch", "a step of %d images of %d×%d needs %s and %s are available; %s%s%s", cfg.Train.Batch,
		cfg.Data.Size[0], cfg.Data.Size[1], megabytes(p.memory.Total()), megabytes(available), advice,
		p.piecemeal(cfg, tooLarge-1, available), p.smaller(cfg, available))
}

// piecemeal says how a step of as many images fits in smaller batches, of at most so many images.
func (p *parts) piecemeal(cfg *config.Config, most int, available int64) string {
	for batch := most; batch > 0; batch-- {
		if cfg.Train.Batch%batch != 0 {
			continue
		}
		c := *cfg
		c.Train.Batch, c.Train.Accumulate = batch, cfg.Train.Samples()/batch
		if m, err := p.forecast(&c, batch); err == nil && m.Total() <= available {
			return fmt.Sprintf("; train.batch=%d with train.accumulate=%d makes steps of as many", batch, c.Train.Accumulate)
		}
	}
	return ""
}

// smaller names a precision in which the batch would fit, where activations wait in float32.
func (p *parts) smaller(cfg *config.Config, available int64) string {
	half := *cfg
	half.Train.Activations = kernels.StoreFloat16.String()
	m, err := p.forecast(&half, cfg.Train.Batch)
	if err != nil || storage(cfg) == kernels.StoreFloat16 || m.Total() > available {
		return ""
	}
	return fmt.Sprintf("; with train.activations=fp16 all %d do, in %s", cfg.Train.Batch, megabytes(m.Total()))
}

// availableMemory returns the bytes that the machine has available, 0 if that is not known.
func availableMemory() int64 {
	_, free := machineMemory()
	return free << 20
}

// machineMemory returns the machine's memory and what of it is available, in MB, as Linux tells; zeros elsewhere.
func machineMemory() (total, free int64) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(text)) {
		var name string
		var kilobytes int64
		if n, _ := fmt.Sscan(line, &name, &kilobytes); n < 2 {
			continue
		}
		switch name {
		case "MemTotal:":
			total = kilobytes >> 10
		case "MemAvailable:":
			free = kilobytes >> 10
		}
	}
	return total, free
}

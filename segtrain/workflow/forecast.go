package workflow

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"time"
)

// A Forecast is what a training run will take, by what a debug run measured.
type Forecast struct {
	Seconds     float64 `json:"seconds"`      // altogether
	MemoryBytes int64   `json:"memory_bytes"` // at its peak
	Steps       int     `json:"steps"`
	Epochs      int     `json:"epochs"`
	Step        float64 `json:"step_seconds"`       // one step, with its batch
	Wait        float64 `json:"wait_seconds"`       // of it for the batch
	Validation  float64 `json:"validation_seconds"` // one validation
	Snapshot    float64 `json:"snapshot_seconds"`   // files of weights, each epoch
}

// String says about how long and how much: "about 3 h 20 min, 1.4 GB".
func (f Forecast) String() string {
	d := time.Duration(f.Seconds * float64(time.Second))
	var long string
	switch h, m := int(d.Hours()), int(d.Minutes()); {
	case h >= 1:
		long = fmt.Sprintf("%d h %02d min", h, m%60)
	case m >= 2:
		long = fmt.Sprintf("%d min", m)
	default:
		long = fmt.Sprintf("%.0f s", math.Ceil(f.Seconds))
	}
	memory := fmt.Sprintf("%.1f GB", float64(f.MemoryBytes)/1e9)
	if f.MemoryBytes < 1e9 {
		memory = fmt.Sprintf("%.0f MB", float64(f.MemoryBytes)/1e6)
	}
	return "about " + long + ", " + memory
}

// forecastRun works out what the run will take. The first steps warm caches up and are left out.
func (d *debugger) forecastRun() {
	t, cfg := &d.timing, d.cfg
	steps, perEpoch := lengths(cfg, d.source.count(cfg, d.source.train, true))
	f := &Forecast{Steps: steps, Epochs: (steps + perEpoch - 1) / perEpoch, Snapshot: t.snapshot}
	// Steps of the second epoch find their images in the cache, if there is room for them; those of the first decode them.
	warm := min(2, t.steps-1)
	second := min(max(warm, t.perEpoch), t.steps-1)
	cached := min(1, float64(cfg.Data.CacheMB<<20)/math.Max(1, d.decoded(d.seenTrain)))
	mix := func(x []float64) float64 {
		return float64((1-cached)*mean(x[warm:])) + float64(cached*mean(x[second:]))
	}
	f.Step, f.Wait = mix(t.seconds), mix(t.waits)
	f.Validation = t.validation / float64(max(1, t.images)) * float64(d.source.count(cfg, d.source.val, false))
	validations := (f.Epochs + cfg.Train.ValEvery - 1) / cfg.Train.ValEvery
	f.Seconds = float64(f.Step*float64(steps)) + float64(f.Validation*float64(validations+1)) + float64(f.Snapshot*float64(f.Epochs))
	f.MemoryBytes = max(d.planned(), residentPeak())
	d.result.Forecast = f
	d.add(Check{Name: "forecast", Verdict: Pass, Text: fmt.Sprintf("%v: %d steps of %.3g s (%.0f %% of it waiting for images), "+
		"%d validations of %.3g s", f, steps, f.Step, 100*f.Wait/f.Step, validations, f.Validation)})
}

// decoded returns the bytes of a set, decoded, by those of its samples that were read.
func (d *debugger) decoded(s *classSurvey) float64 {
	return float64(s.bytes) / float64(max(1, s.readable())) * float64(len(s.read))
}

// planned returns the bytes that a run asks for: weights, a step, batches, decoded images, and what the program itself takes.
func (d *debugger) planned() int64 {
	c := d.cfg.Data
	const program, ring = 64 << 20, 3
	n := d.parts.memory.Total() + program + ring*int64(d.cfg.Train.Samples()*c.Size[0]*c.Size[1]*(4*c.Channels+1))
	for _, s := range []*classSurvey{d.seenTrain, d.seenVal} {
		n += int64(math.Min(float64(c.CacheMB<<20), d.decoded(s)))
	}
	return n
}

// residentPeak returns the most memory this process has had, as Linux tells; 0 elsewhere.
func residentPeak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(string(line), "VmHWM: %d kB", &kilobytes); n == 1 {
			return kilobytes << 10
		}
	}
	return 0
}

package bench

import "time"

// A Result is how fast a pass of a layer is.
type Result struct {
	Name      string    `json:"name"`
	Problem   string    `json:"problem"` // the line without the name
	Kind      Kind      `json:"kind"`
	Direction Direction `json:"direction"`
	Speed
}

// A Total is how fast all passes of a kind of layer in one direction are together.
type Total struct {
	Kind      Kind      `json:"kind"`      // empty for all kinds
	Direction Direction `json:"direction"` // empty for all directions
	Passes    int       `json:"passes"`
	Speed
}

// Speed is work done in some time, and how much of a Roof it reaches.
type Speed struct {
	Milliseconds float64 `json:"ms"`
	GFLOPS       float64 `json:"gflops"`     // GFLOP/s
	PeakShare    float64 `json:"peak_share"` // of Roof.Peak, from 0 to 1
	GBs          float64 `json:"gbs"`        // GB/s
	CopyShare    float64 `json:"copy_share"` // of Roof.Copy; more than 1 where operands stay in a cache
	Bound        string  `json:"bound"`      // the roof that takes more of the time: "compute" or "memory"
	RoofShare    float64 `json:"roof_share"` // the least time that the roofs allow, as a share of the time taken

	work work
}

// work adds up: what was done, how long it took, and how long it would take at the compute roof where that binds, and at
// the memory roof where that does.
type work struct{ flops, bytes, seconds, compute, memory float64 }

func (w work) plus(v work) work {
	return work{w.flops + v.flops, w.bytes + v.bytes, w.seconds + v.seconds, w.compute + v.compute, w.memory + v.memory}
}

// newWork compares one pass with the roofs.
func newWork(r Roof, flops, bytes, seconds float64) work {
	w := work{flops: flops, bytes: bytes, seconds: seconds, compute: flops / r.Peak / 1e9}
	if memory := bytes / r.Copy / 1e9; memory > w.compute {
		w.compute, w.memory = 0, memory
	}
	return w
}

// speed divides work by time and roofs.
func (w work) speed(r Roof) Speed {
	s := Speed{Milliseconds: w.seconds * 1e3, GFLOPS: w.flops / w.seconds / 1e9, GBs: w.bytes / w.seconds / 1e9,
		Bound: "compute", RoofShare: (w.compute + w.memory) / w.seconds, work: w}
	if w.memory > w.compute {
		s.Bound = "memory"
	}
	s.PeakShare, s.CopyShare = s.GFLOPS/r.Peak, s.GBs/r.Copy
	return s
}

// Measure runs each pass of a problem for d, three times at least, and returns the speeds of the fastest runs. The error
// is a lack of memory.
func Measure(p Problem, r Roof, d time.Duration) ([]Result, error) {
	l, err := NewLayer(p)
	if err != nil {
		return nil, err
	}
	defer l.Free()
	line := p
	line.Name = ""
	var list []Result
	for _, pass := range l.Passes {
		w := newWork(r, float64(pass.FLOPs), float64(pass.Bytes), best(3, d, pass.Run).Seconds())
		list = append(list, Result{p.Name, line.String(), p.Kind, pass.Direction, w.speed(r)})
	}
	return list, nil
}

// Totals adds results up: one total for each kind and direction, in the order of their first, and one for all.
func Totals(r Roof, list []Result) []Total {
	var totals []Total
	at := map[Total]int{}
	var all work
	for _, x := range list {
		key := Total{Kind: x.Kind, Direction: x.Direction}
		i, ok := at[key]
		if !ok {
			i = len(totals)
			at[key], totals = i, append(totals, key)
		}
		totals[i].Passes++
		totals[i].work = totals[i].work.plus(x.work)
		all = all.plus(x.work)
	}
	totals = append(totals, Total{Passes: len(list), Speed: Speed{work: all}})
	for i := range totals {
		totals[i].Speed = totals[i].work.speed(r)
	}
	return totals
}

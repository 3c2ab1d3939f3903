package bench

// Speed is work done in some time, and how much of a Roof it reaches.
type Speed struct {
	Milliseconds float64 `json:"ms"`
	GFLOPS       float64 `json:"gflops"`       // GFLOP/s
	PeakShare    float64 `json:"peak_share"`   // of Roof.Peak, from 0 to 1
	FoldedShare  float64 `json:"folded_share"` // the same of folded FLOPs; tiles can exceed 1
	GBs          float64 `json:"gbs"`          // GB/s
	CopyShare    float64 `json:"copy_share"`   // of Roof.Copy; more than 1 where operands stay in a cache
	Bound        string  `json:"bound"`        // the roof that takes more of the time: "compute" or "memory"
	RoofShare    float64 `json:"roof_share"`   // the least time that the roofs allow, as a share of the time taken

	work work
}

// work is what was done and how long it took. Of the seconds that it would take under a roof, compute are those where
// the peak binds and memory those where copying does.
type work struct{ flops, folded, bytes, seconds, compute, memory float64 }

// under returns the work of one pass with its time under a roof.
func (w work) under(r Roof) work {
	w.compute, w.memory = w.flops/r.Peak/1e9, w.bytes/r.Copy/1e9
	if w.memory > w.compute {
		w.compute = 0
	} else {
		w.memory = 0
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
	s.FoldedShare = w.folded / w.seconds / 1e9 / r.Peak
	return s
}

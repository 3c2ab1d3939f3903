package bench

import "time"

// A Report is what Measure found.
type Report struct {
	Roof   Roof         `json:"roof"`
	Layers []Result     `json:"layers,omitempty"`
	Totals []Total      `json:"totals,omitempty"`
	Steps  []StepResult `json:"steps,omitempty"`
}

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

// Measure runs each pass of the problems for d, three times at least, and takes the fastest runs: what other programs
// take away is no property of a layer. The roof is measured before, and again between the layers, so that it comes
// from the same minutes. progress is called before each layer with the number of those done. The error is a lack of
// memory.
func Measure(list []Problem, d time.Duration, progress func(done int)) (*Report, error) {
	m, err := newRoofMeter()
	if err != nil {
		return nil, err
	}
	defer m.Free()
	r := &Report{}
	for i, p := range list {
		progress(i)
		results, err := measureLayer(p, d)
		if err != nil {
			return nil, err
		}
		r.Layers = append(r.Layers, results...)
		m.again()
	}
	r.Roof = m.roof
	r.compare()
	return r, nil
}

// measureLayer runs the passes of a problem.
func measureLayer(p Problem, d time.Duration) ([]Result, error) {
	l, err := NewLayer(p)
	if err != nil {
		return nil, err
	}
	defer l.Free()
	line := p
	line.Name = ""
	var list []Result
	for _, pass := range l.Passes {
		w := work{flops: float64(pass.FLOPs), folded: float64(pass.Folded), bytes: float64(pass.Bytes), seconds: best(3, d, pass.Run).Seconds()}
		list = append(list, Result{p.Name, line.String(), p.Kind, pass.Direction, Speed{work: w}})
	}
	return list, nil
}

// compare holds the results to the roof, and adds them up: for each kind and direction, and all.
func (r *Report) compare() {
	all := Total{}
	for i := range r.Layers {
		x := &r.Layers[i]
		x.work = x.work.under(r.Roof)
		x.Speed = x.work.speed(r.Roof)
		all.add(x.work)
	}
	for _, kind := range kinds {
		for _, d := range []Direction{Forward, Input, Weight} {
			t := Total{Kind: kind, Direction: d}
			for _, x := range r.Layers {
				if x.Kind == kind && x.Direction == d {
					t.add(x.work)
				}
			}
			if t.Passes > 0 {
				r.Totals = append(r.Totals, t)
			}
		}
	}
	r.Totals = append(r.Totals, all)
	for i := range r.Totals {
		r.Totals[i].Speed = r.Totals[i].work.speed(r.Roof)
	}
}

// add adds a pass.
func (t *Total) add(w work) {
	t.Passes++
	t.work.flops += w.flops
	t.work.folded += w.folded
	t.work.bytes += w.bytes
	t.work.seconds += w.seconds
	t.work.compute += w.compute
	t.work.memory += w.memory
}

package metric

// MeterOptions say what a Meter measures.
type MeterOptions struct {
	Task            Task
	Classes, Ignore int       // number of classes (1 if Task is Binary); label that does not count, -1 for none
	Boundary        float64   // tolerance of outlines as in NewBoundary; 0 leaves them out
	Thresholds      []float64 // of a Curve; empty leaves it out
}

// A Meter measures images one by one in all ways at once. It is not safe for concurrent use: give each goroutine its
// own and Merge them.
type Meter struct {
	Stats     *Stats
	Confusion *Confusion // nil where the task has flags
	Boundary  *Boundary  // nil if not asked for
	Curve     *Curve     // likewise
}

// NewMeter returns a meter without images. It panics as NewStats, NewBoundary and NewCurve do.
func NewMeter(o MeterOptions) *Meter {
	m := &Meter{Stats: NewStats(o.Task, o.Classes, o.Ignore)}
	if !o.Task.Flags() {
		m.Confusion = NewConfusion(o.Classes)
	}
	if o.Boundary != 0 {
		m.Boundary = NewBoundary(o.Task, o.Classes, o.Ignore, o.Boundary)
	}
	if len(o.Thresholds) > 0 {
		m.Curve = NewCurve(o.Task, o.Classes, o.Ignore, o.Thresholds)
	}
	return m
}

// Add measures an image of h×w pixels and returns its mean IoU. Labels are as in Stats.Add; probabilities are for the
// curve alone. It panics if they do not fit each other.
func (m *Meter) Add(h, w int, truth, prediction []uint8, probabilities []float32) float64 {
	if m.Confusion == nil {
		m.Stats.Add(truth, prediction)
	} else {
		c := NewConfusion(m.Stats.classes)
		c.Add(truth, prediction, m.Stats.ignore)
		m.Confusion.Merge(c)
		m.Stats.addConfusion(c)
	}
	if m.Boundary != nil {
		m.Boundary.Add(h, w, truth, prediction)
	}
	if m.Curve != nil {
		m.Curve.Add(truth, probabilities)
	}
	return m.Stats.ImageScore(m.Stats.Images() - 1)
}

// Merge adds what other measured, its images behind those of m. It panics if other measures other things.
func (m *Meter) Merge(other *Meter) {
	m.Stats.Merge(other.Stats)
	if m.Confusion != nil {
		m.Confusion.Merge(other.Confusion)
	}
	if m.Boundary != nil {
		m.Boundary.Merge(other.Boundary)
	}
	if m.Curve != nil {
		m.Curve.Merge(other.Curve)
	}
}

// Report returns the scores under the names of the classes.
func (m *Meter) Report(names []string) Report {
	if m.Confusion != nil {
		return m.Confusion.Report(names)
	}
	return m.Stats.Report(names)
}

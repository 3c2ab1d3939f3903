package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tessera/segtrain/ink"
)

// chart is the geometry of one drawing, in the units of its view box.
type chart struct {
	Title, X             string
	W, H                 int
	Left, Right, Top, Lo float64 // the frame's sides
	XTicks, YTicks       []tick
	Lines                []line
	Dots                 []dot
	Key                  []keyEntry
}

type tick struct {
	value float64
	At    float64 // its coordinate
	Label string
}

type line struct {
	Class  string
	Points points
}

// points are the corners of a polyline. As text they are as SVG wants them.
type points []ink.Point

func (p points) String() string {
	var s []string
	for _, q := range p {
		s = append(s, strconv.FormatFloat(q.X, 'f', -1, 64)+","+strconv.FormatFloat(q.Y, 'f', -1, 64))
	}
	return strings.Join(s, " ")
}

type dot struct {
	Class, Title string
	X, Y         float64
	Marked       bool
}

type keyEntry struct{ Class, Name string }

// series is one curve in data units. Points that are not finite are gaps.
type series struct {
	name  string
	class string // of its style: raw, main, other
	x, y  []float64
	dots  []string // tooltips, one a point, where the points are shown
	mark  int      // index of the point to mark, -1 for none
}

// drawing is a set of curves on one pair of axes: y from 0 to hi.
type drawing struct {
	title, x string
	series   []series
	hi       float64
}

// axis maps data to a coordinate.
type axis struct {
	lo, hi, from, to float64
	whole            bool // data are whole numbers
}

func (a axis) at(v float64) float64 {
	return math.Round(10*(a.from+float64((a.to-a.from)*(float64(v)-a.lo)/(a.hi-a.lo)))) / 10
}

const (
	chartWidth, chartHeight = 400, 280
	padLeft, padRight       = 46, 10
	padTop, padBottom       = 12, 40
	ticksAcross, ticksUp    = 6, 5
	maxPoints               = 800 // of a curve: more cannot be told apart
	smoothing               = 40  // a smoothed curve forgets over 1/40 of the run
)

// drawings returns the curves of a run.
func drawings(r Report) []drawing {
	var loss []series
	if len(r.Steps) > 0 {
		raw := stepSeries(r.Steps, func(s Step) float64 { return s.Loss })
		loss = append(loss, named(thin(raw), "each step", "raw"))
		raw.y = smooth(raw.y, max(1, float64(len(raw.y))/smoothing))
		loss = append(loss, named(thin(raw), "smoothed", "main"))
	} else {
		train := epochSeries(r, "training", func(e Epoch) float64 { return e.TrainLoss })
		loss = append(loss, named(train, "training", "main"))
	}
	loss = append(loss, epochSeries(r, "validation", func(e Epoch) float64 { return e.ValLoss }))
	iou := named(epochSeries(r, "mean IoU", func(e Epoch) float64 { return e.MeanIoU }), "validation", "main")
	iou.mark = r.BestEpoch - 1
	for i, e := range r.Epochs {
		iou.x[i] = float64(e.Epoch)
		if e.Epoch == r.BestEpoch {
			iou.mark = i
		}
	}
	rate := named(thin(stepSeries(r.Steps, func(s Step) float64 { return s.LR })), "", "main")

	return []drawing{
		{"Loss", "step", loss, ceiling(loss)},
		{"Mean IoU", "epoch", []series{iou}, 1},
		{"Learning rate", "step", []series{rate}, 1.06 * highest(rate)},
	}
}

// charts returns the drawings that there are numbers for.
func charts(r Report) []chart {
	var all []chart
	for _, d := range drawings(r) {
		if c, ok := newChart(d); ok {
			all = append(all, c)
		}
	}
	return all
}

func named(s series, name, class string) series {
	s.name, s.class = name, class
	return s
}

func stepSeries(steps []Step, of func(Step) float64) series {
	s := series{mark: -1}
	for _, p := range steps {
		s.x, s.y = append(s.x, float64(p.Step)), append(s.y, of(p))
	}
	return s
}

func epochSeries(r Report, what string, of func(Epoch) float64) series {
	s := series{name: what, class: "other", mark: -1}
	for _, e := range r.Epochs {
		x := float64(e.Step)
		if e.Step == 0 {
			x = float64(e.Epoch)
		}
		s.x, s.y = append(s.x, x), append(s.y, of(e))
		s.dots = append(s.dots, fmt.Sprintf("epoch %d: %s %s", e.Epoch, what, score(of(e))))
	}
	return s
}

// smooth is an exponential moving average over about span points that starts without bias; gaps stay gaps.
func smooth(y []float64, span float64) []float64 {
	keep := 1 - 2/(span+1)
	out := make([]float64, len(y))
	sum, weight := 0.0, 0.0
	for i, v := range y {
		out[i] = v
		if finite(v) {
			sum, weight = float64(keep*sum)+float64((1-keep)*v), float64(keep*weight)+(1-keep)
			out[i] = sum / weight
		}
	}
	return out
}

// thin replaces runs of neighbouring points by their means, so that at most maxPoints are left.
func thin(s series) series {
	stride := (len(s.x) + maxPoints - 1) / maxPoints
	if stride <= 1 {
		return s
	}
	out := s
	out.x, out.y = nil, nil
	for i := 0; i < len(s.x); i += stride {
		end := min(i+stride, len(s.x))
		out.x, out.y = append(out.x, mean(s.x[i:end])), append(out.y, mean(s.y[i:end]))
	}
	return out
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// ceiling is the top of an axis from 0 that shows all but the highest fiftieth of the values: one bad first
// step must not press the rest of the curve flat.
func ceiling(all []series) float64 {
	top := 0.0
	for _, s := range all {
		values := slices.DeleteFunc(slices.Clone(s.y), func(v float64) bool { return !finite(v) })
		if len(values) > 0 {
			slices.Sort(values)
			top = max(top, values[len(values)-1-len(values)/50])
		}
	}
	return 1.06 * top
}

// highest is the greatest finite value of a series: a learning rate has no outliers.
func highest(s series) float64 {
	top := 0.0
	for _, v := range s.y {
		if finite(v) {
			top = max(top, v)
		}
	}
	return top
}

// newChart lays a drawing out, or returns false when there is nothing to draw.
func newChart(d drawing) (chart, bool) {
	c := chart{
		Title: d.title, X: d.x, W: chartWidth, H: chartHeight,
		Left: padLeft, Right: chartWidth - padRight, Top: padTop, Lo: chartHeight - padBottom,
	}
	x := axis{math.Inf(1), math.Inf(-1), c.Left, c.Right, true}
	for _, s := range d.series {
		for i := range s.x {
			if finite(s.y[i]) {
				x.lo, x.hi = min(x.lo, s.x[i]), max(x.hi, s.x[i])
			}
		}
	}
	if x.lo > x.hi || d.hi <= 0 {
		return chart{}, false
	}
	if x.lo == x.hi {
		x.lo, x.hi = x.lo-1, x.hi+1
	}
	y := axis{0, d.hi, c.Lo, c.Top, false}
	c.XTicks, c.YTicks = ticks(x, ticksAcross), ticks(y, ticksUp)
	for _, s := range d.series {
		c.add(s, x, y)
	}
	return c, true
}

func (c *chart) add(s series, x, y axis) {
	if s.name != "" {
		c.Key = append(c.Key, keyEntry{s.class, s.name})
	}
	var run points
	flush := func() {
		if len(run) > 0 {
			c.Lines = append(c.Lines, line{s.class, run})
		}
		run = nil
	}
	for i := range s.x {
		if !finite(s.y[i]) {
			flush()
			continue
		}
		px, py := x.at(s.x[i]), y.at(s.y[i])
		run = append(run, ink.Point{X: px, Y: py})
		if s.dots != nil && py >= c.Top {
			c.Dots = append(c.Dots, dot{s.class, s.dots[i], px, py, i == s.mark})
		}
	}
	flush()
}

// ticks returns round values on the axis, about n of them.
func ticks(a axis, n int) []tick {
	raw := (a.hi - a.lo) / float64(n)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * power
	for _, m := range []float64{1, 2, 5} {
		if m*power >= raw {
			step = m * power
			break
		}
	}
	if a.whole {
		step = max(step, 1)
	}
	decimals := max(0, int(-math.Floor(math.Log10(step))))
	var out []tick
	for i := math.Ceil(a.lo / step); i*step <= a.hi*(1+1e-9); i++ {
		label := strconv.FormatFloat(i*step, 'f', decimals, 64)
		switch {
		case i == 0:
			label = "0"
		case decimals > 3:
			label = strconv.FormatFloat(i*step, 'g', 2, 64)
		}
		out = append(out, tick{i * step, a.at(i * step), label})
	}
	return out
}

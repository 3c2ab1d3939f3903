package metric

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/golden"
)

// generated are the labels of a case, image by image, and what is predicted.
type generated struct{ truth, prediction [][]uint8 }

func unit(name string, n int) []float64 {
	u := golden.Direction("metrics."+name, n)
	for i, v := range u {
		u[i] = (v + 1) / 2
	}
	return u
}

func (g *generated) indices(file golden.Metrics, ignored bool) {
	n, h, w := file.Shape[0], file.Shape[1], file.Shape[2]
	labels, u, v := golden.Labels(n, h, w, 4), unit("right", n*h*w), unit("other", n*h*w)
	for i := range n {
		truth, found := make([]uint8, h*w), make([]uint8, h*w)
		for j := range truth {
			at := i*h*w + j
			truth[j], found[j] = uint8(labels[at]), uint8(labels[at]%4)
			if !(u[at] < 0.75) {
				found[j] = uint8(v[at] * 4)
			}
			if ignored && truth[j] == 4 {
				truth[j] = uint8(file.Ignore)
			}
		}
		g.truth, g.prediction = append(g.truth, truth), append(g.prediction, found)
	}
}

// flags makes those of the first classes of the four that the golden has, and their probabilities.
func (g *generated) flags(file golden.Metrics, classes int, threshold float64) (probabilities [][]float32) {
	n, pixels := file.Shape[0], file.Shape[1]*file.Shape[2]
	u, v := unit("flags", n*4*pixels), unit("probabilities", n*4*pixels)
	thresholds := make([]float32, classes)
	for k := range thresholds {
		thresholds[k] = float32(threshold)
	}
	for i := range n {
		truth, p := make([]uint8, pixels*classes), make([]float32, pixels*classes)
		for j := range truth {
			k := j % classes
			at := (i*4+k)*pixels + j/classes
			if u[at] < file.Shares[k] {
				truth[j] = 1
			}
			p[j] = float32((float64(truth[j]) + math.Floor(v[at]*1024)/1024) / 2)
		}
		found := make([]uint8, len(p))
		Threshold(thresholds, p, found)
		g.truth, g.prediction = append(g.truth, truth), append(g.prediction, found)
		probabilities = append(probabilities, p)
	}
	return probabilities
}

func loadMetrics(t *testing.T) golden.Metrics {
	var file golden.Metrics
	golden.Load(t, "metrics.json", &file)
	require.NotEmpty(t, file.Cases)
	return file
}

func generate(file golden.Metrics, c golden.MetricCase) (g generated) {
	if c.Mode == "multiclass" {
		g.indices(file, c.Ignored)
	} else {
		g.flags(file, c.Classes, c.Threshold)
	}
	return g
}

// agrees counts how far a number is from that of PyTorch, nil being one that is not finite.
func agrees(t *testing.T, worst *golden.Worst, want *float64, got float64, what string) {
	t.Helper()
	if want == nil {
		assert.True(t, math.IsNaN(got) || math.IsInf(got, 0), "%s: %v", what, got)
		return
	}
	worst.See(what, math.Abs(got-*want)/max(1, math.Abs(*want)), 1e-11)
}

func TestStatsAgreeWithPyTorch(t *testing.T) {
	file := loadMetrics(t)
	for _, c := range file.Cases {
		var alone, reduced golden.Worst
		g, s := generate(file, c), NewStats(Task(c.Mode), c.Classes, file.Ignore)
		for i := range g.truth {
			s.Add(g.truth[i], g.prediction[i])
		}
		for i, want := range c.Counts {
			got := s.Counts(i/c.Classes, i%c.Classes)
			require.Equal(t, want, [4]int64{got.TP, got.FP, got.FN, got.TN}, "%s, entry %d", c.Mode, i)
		}
		for name, want := range c.Scores {
			none, err := s.Scores(name, ScoreOptions{ZeroDivision: new(0.25)})
			require.NoError(t, err)
			for i, w := range want.None {
				agrees(t, &alone, w, none[i/c.Classes][i%c.Classes], fmt.Sprintf("%s of %s, entry %d", name, c.Mode, i))
			}
			for key, w := range want.Reduced {
				got, err := s.Score(name, optionsOf(file, c, key))
				require.NoError(t, err)
				agrees(t, &reduced, w, got, fmt.Sprintf("%s of %s, %s", name, c.Mode, key))
			}
		}
		golden.Same(t, "metrics, "+c.Mode, "TP, FP, FN, TN of each image and class", golden.SMP)
		alone.Report(t, "metrics, "+c.Mode, "every metric of each image and class", golden.SMP)
		reduced.Report(t, "metrics, "+c.Mode, "every metric and reduction", golden.SMP)
	}
}

// optionsOf reads a key of the golden: a reduction, the number for zero divisions and perhaps weights.
func optionsOf(file golden.Metrics, c golden.MetricCase, key string) ScoreOptions {
	parts := strings.Fields(key)
	o := ScoreOptions{Reduction: parts[0], ZeroDivision: new(0.0)}
	if parts[1] == "1" {
		*o.ZeroDivision = 1
	}
	switch {
	case len(parts) < 3:
	case c.Classes == 1:
		o.Weights = []float64{2}
	default:
		o.Weights = file.Weights[:c.Classes]
	}
	return o
}

func TestBoundaryAgreesWithPyTorch(t *testing.T) {
	file := loadMetrics(t)
	var worst golden.Worst
	for _, c := range file.Cases {
		if c.Boundary == nil {
			continue
		}
		g := generate(file, c)
		for i, tolerance := range c.Boundary.Tolerances {
			b := NewBoundary(Task(c.Mode), c.Classes, file.Ignore, tolerance)
			for j := range g.truth {
				b.Add(file.Shape[1], file.Shape[2], g.truth[j], g.prediction[j])
			}
			require.Len(t, b.rows, len(c.Boundary.F1[i]))
			for j, want := range c.Boundary.F1[i] {
				agrees(t, &worst, want, b.rows[j], fmt.Sprintf("%s, tolerance %v, entry %d", c.Mode, tolerance, j))
			}
		}
	}
	worst.Report(t, "metrics, boundary F1", "of each image and class", golden.Paper)
}

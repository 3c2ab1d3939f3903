package ensemble

import (
	"math"

	"tessera/segtrain/metric"
)

// Errors count the pixels where members are wrong, and where two are wrong together. It is not safe for concurrent use: give
// each goroutine its own and Merge them.
type Errors struct {
	members int
	pixels  int64
	both    []int64 // row-major; the diagonal is a member's own
}

// NewErrors returns empty counts.
func NewErrors(members int) *Errors {
	return &Errors{members: members, both: make([]int64, members*members)}
}

// Add counts an image: the classes that each member chose beside the truth. Pixels whose truth is ignore (-1 for none) do not
// count.
func (e *Errors) Add(truth []uint8, ignore int, chosen [][]uint8) {
	wrong := make([]int, 0, e.members)
	for i, t := range truth {
		if int(t) == ignore {
			continue
		}
		e.pixels++
		wrong = wrong[:0]
		for m, classes := range chosen {
			if classes[i] != t {
				wrong = append(wrong, m)
			}
		}
		for _, a := range wrong {
			for _, b := range wrong {
				e.both[a*e.members+b]++
			}
		}
	}
}

// Merge adds the counts of other.
func (e *Errors) Merge(other *Errors) {
	e.pixels += other.pixels
	for i, n := range other.both {
		e.both[i] += n
	}
}

// Correlation returns Pearson's correlation between the errors of two members over all pixels, where an error is 1 and what is
// right 0: 1 if both are wrong at the same pixels, 0 if errors meet by chance, and NaN if a member is always right or always
// wrong. What the best ensembles have in common is that it is low (Krogh and Vedelsby, "Neural network ensembles, cross
// validation, and active learning", NIPS 1994).
func (e *Errors) Correlation(a, b int) metric.Score {
	n := float64(e.pixels)
	pa, pb := float64(e.both[a*e.members+a])/n, float64(e.both[b*e.members+b])/n
	covariance := float64(e.both[a*e.members+b])/n - float64(pa*pb)
	return metric.Score(covariance / math.Sqrt(float64(pa*(1-pa))*float64(pb*(1-pb))))
}

// Matrix returns the correlations of all pairs.
func (e *Errors) Matrix() [][]metric.Score {
	rows := make([][]metric.Score, e.members)
	for a := range rows {
		for b := range e.members {
			rows[a] = append(rows[a], e.Correlation(a, b))
		}
	}
	return rows
}

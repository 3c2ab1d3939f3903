package metric

import "fmt"

// FromCounts returns a matrix of counts as Report has them: rows are truth, columns prediction. A matrix that is not
// square, or has a negative count, is an error.
func FromCounts(counts [][]int64) (*Confusion, error) {
	if n := len(counts); n < 1 || n > 256 {
		return nil, fmt.Errorf("confusion of %d classes; allowed: 1 to 256", n)
	}
	c := NewConfusion(len(counts))
	for k, row := range counts {
		if len(row) != c.classes {
			return nil, fmt.Errorf("confusion: row %d has %d counts for %d classes", k, len(row), c.classes)
		}
		for j, n := range row {
			if n < 0 {
				return nil, fmt.Errorf("confusion: %d pixels of class %d as %d", n, k, j)
			}
			c.counts[k*c.classes+j] = n
		}
	}
	return c, nil
}

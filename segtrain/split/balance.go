package split

import (
	"fmt"
	"math"
	"slices"
)

// Folds returns the number of folds of all repeats together. They are numbered through: fold f of repeat r is r·K+f.
func (s *Split) Folds() int { return s.K * s.Repeats }

// Validation returns the rows that validate in a fold of 0 to Folds()-1; all others train. It panics beyond.
func (s *Split) Validation(fold int) []Row {
	if fold < 0 || fold >= s.Folds() {
		panic(fmt.Sprintf("split: fold %d of %d", fold, s.Folds()))
	}
	var rows []Row
	for _, r := range s.Rows {
		if r.Folds[fold/s.K] == fold%s.K {
			rows = append(rows, r)
		}
	}
	return rows
}

// Match returns an error that names images, by ID, that are in one of the table and the list only.
func (s *Split) Match(ids []string) error {
	var missing, extra []string
	listed := map[string]bool{}
	for _, id := range ids {
		listed[id] = true
		if _, ok := slices.BinarySearchFunc(s.Rows, id, byID); !ok {
			missing = append(missing, id)
		}
	}
	for _, r := range s.Rows {
		if !listed[r.ID] {
			extra = append(extra, r.ID)
		}
	}
	switch {
	case len(missing) > 0:
		return fmt.Errorf("has no fold for %s", few(missing))
	case len(extra) > 0:
		return fmt.Errorf("has folds for %s that the data does not have", few(extra))
	}
	return nil
}

// few counts names and shows the first of them.
func few(names []string) string {
	const shown = 3
	text := fmt.Sprintf("%d images: %q", len(names), names[:min(shown, len(names))])
	if len(names) == 1 {
		return fmt.Sprintf("image %q", names[0])
	}
	if len(names) > shown {
		text += " and others"
	}
	return text
}

func byID(r Row, id string) int {
	switch {
	case r.ID < id:
		return -1
	case r.ID > id:
		return 1
	}
	return 0
}

// Part is what a set of images has.
type Part struct {
	Images int       `json:"images"`
	Groups int       `json:"groups"` // that occur in it
	With   []int     `json:"with"`   // images with each class
	Shares []float64 `json:"shares"` // of each class in its pixels
}

// Balance compares folds with the whole, class by class.
type Balance struct {
	All   Part   `json:"all"`
	Folds []Part `json:"folds"` // numbered through all repeats
	// Deviation is the mean over folds and classes of |share / share of all − 1|, Worst the largest; the same of
	// the part of the images that have the class. Classes that no image has do not count.
	Deviation     float64 `json:"deviation"`
	Worst         float64 `json:"worst"`
	WithDeviation float64 `json:"with_deviation"`
	WithWorst     float64 `json:"with_worst"`
}

// Balance looks at all folds. Records that the split does not have are passed over.
func (s *Split) Balance(records []Record) Balance {
	pixels := map[string][]int64{}
	for _, r := range records {
		pixels[r.ID] = r.Pixels
	}
	classes := 0
	for _, r := range records {
		classes = max(classes, len(r.Pixels))
	}
	b := Balance{All: newPart(s.Rows, pixels, classes)}
	var shares, with mean
	for f := range s.Folds() {
		p := newPart(s.Validation(f), pixels, classes)
		b.Folds = append(b.Folds, p)
		for c, n := range b.All.With {
			if n == 0 {
				continue
			}
			shares.add(p.Shares[c] / b.All.Shares[c])
			with.add(float64(p.With[c]) / float64(p.Images) * float64(b.All.Images) / float64(n))
		}
	}
	b.Deviation, b.Worst = shares.value(), shares.worst
	b.WithDeviation, b.WithWorst = with.value(), with.worst
	return b
}

// mean is the mean distance of ratios from 1.
type mean struct {
	sum, worst float64
	n          int
}

func (m *mean) add(ratio float64) {
	d := math.Abs(ratio - 1)
	m.sum, m.worst, m.n = m.sum+d, max(m.worst, d), m.n+1
}

func (m *mean) value() float64 { return m.sum / float64(max(m.n, 1)) }

func newPart(rows []Row, pixels map[string][]int64, classes int) Part {
	p := Part{Images: len(rows), With: make([]int, classes), Shares: make([]float64, classes)}
	groups, counts := map[string]bool{}, make([]int64, classes)
	for _, r := range rows {
		if r.Group != "" {
			groups[r.Group] = true
		}
		for c, n := range pixels[r.ID] {
			counts[c] += n
			p.With[c] += int(min(n, 1))
		}
	}
	p.Groups = len(groups)
	total := int64(0)
	for _, n := range counts {
		total += n
	}
	for c, n := range counts {
		p.Shares[c] = float64(n) / float64(max(total, 1))
	}
	return p
}

// Leaks returns the groups that are on both sides of some fold, sorted: their images train while others of them
// validate.
func (s *Split) Leaks() []string {
	first, parted := map[string][]int{}, map[string]bool{}
	for _, r := range s.Rows {
		if r.Group == "" {
			continue
		}
		if folds, seen := first[r.Group]; seen && !slices.Equal(folds, r.Folds) {
			parted[r.Group] = true
		} else if !seen {
			first[r.Group] = r.Folds
		}
	}
	var names []string
	for g := range parted {
		names = append(names, g)
	}
	slices.Sort(names)
	return names
}

// Unseen is a class that no image of a fold has, or no image that trains for it.
type Unseen struct {
	Fold     int  `json:"fold"`
	Class    int  `json:"class"`
	Training bool `json:"training"` // it is training that lacks the class
}

// Unseen lists the classes that some image has but one side of a fold lacks.
func (b Balance) Unseen() []Unseen {
	var list []Unseen
	for f, p := range b.Folds {
		for c, n := range b.All.With {
			with := p.With[c]
			if n > 0 && with == 0 {
				list = append(list, Unseen{f, c, false})
			}
			if n > 0 && with == n {
				list = append(list, Unseen{f, c, true})
			}
		}
	}
	return list
}

// Same lists pairs of repeats that part alike, whatever the folds are called: the first such repeat and the later.
func (s *Split) Same() [][2]int {
	var pairs [][2]int
	first := map[string]int{}
	for r := range s.Repeats {
		names, text := map[int]int{}, []byte{}
		for _, row := range s.Rows {
			f := row.Folds[r]
			if _, ok := names[f]; !ok {
				names[f] = len(names)
			}
			text = fmt.Appendf(text, "%d ", names[f])
		}
		if earlier, ok := first[string(text)]; ok {
			pairs = append(pairs, [2]int{earlier, r})
		} else {
			first[string(text)] = r
		}
	}
	return pairs
}

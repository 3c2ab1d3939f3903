package submission

import (
	"fmt"
	"slices"
	"strings"
)

// An item is what is written of an image, or of an image and class: rows of a table, or a file.
type item struct {
	image int      // of the masks; -1 where there is none, and what is written is empty
	class int      // its index; -1 in files that show all classes
	name  string   // of the image as it is written; of a file: its path
	cells []string // of a sample's row, in which image, class and run-lengths are replaced; nil without a sample
	size  [2]int   // H, W that a sample's file has; 0 without one
}

// tableItems returns the rows of a table in the order of the sample, or of ids and classes. Partial lets masks and sample
// differ: what the masks lack is written empty, what the sample lacks is left out.
func (s *Spec) tableItems(m *Masks, sample *Sample, partial bool) ([]item, []string, error) {
	if sample == nil {
		items, err := s.plainItems(m)
		return items, nil, err
	}
	match := &matching{spec: s, masks: m, sample: sample, used: make([]string, m.Len())}
	if err := match.run(); err != nil {
		return nil, nil, err
	}
	if err := match.mismatch.err(); err != nil && !partial {
		return nil, nil, err
	}
	return match.items, slices.Concat(match.warnings, match.mismatch.lines("written empty", "left out"), sample.warnings(s.Table)), nil
}

// plainItems are those without a sample.
func (s *Spec) plainItems(m *Masks) ([]item, error) {
	var items []item
	joint := s.Table.Joint
	if s.Table.Class != "" {
		joint = ""
	}
	var unclear []string
	for i, id := range m.ids {
		name := id + s.Extension
		if joint != "" && strings.Contains(name, joint) {
			unclear = append(unclear, name)
		}
		for _, k := range s.Written {
			items = append(items, item{image: i, class: k, name: name})
		}
	}
	if len(unclear) > 0 {
		return nil, fmt.Errorf("ids that hold %q, which parts image and class in column %s, so that whoever splits there reads other "+
			"ids (%s): give the competition's sample, whose rows say what is wanted, or another submit.rle.joint",
			joint, s.Table.Image, few(unclear))
	}
	return items, nil
}

// matching brings the rows of a sample and masks together.
type matching struct {
	spec     *Spec
	masks    *Masks
	sample   *Sample
	items    []item
	used     []string // the sample's name of each image
	mismatch MismatchError
	warnings []string
}

func (a *matching) run() error {
	s := a.spec
	a.mismatch = MismatchError{Of: a.sample.file, Masks: a.masks.dir}
	each := s.Table.HasClass() && a.sample.perID && len(s.Written) > 1
	if each {
		a.warnings = append(a.warnings, fmt.Sprintf("%s names one class of each image: rows are written for all of %s",
			a.sample.file, strings.Join(s.names(), ", ")))
	}
	seen, missing := map[imageClass]bool{}, map[string]bool{}
	for n, row := range a.sample.rows {
		if n > 0 && row.image == a.sample.rows[n-1].image && (each || row.class == a.sample.rows[n-1].class) {
			continue // another region of the same
		}
		image, ok := a.masks.find(row.image)
		switch {
		case !ok && !missing[row.image]:
			missing[row.image] = true
			a.mismatch.Missing = append(a.mismatch.Missing, row.image)
		case ok && a.used[image] != "" && a.used[image] != row.image:
			return fmt.Errorf("sample %s: line %d: %q means the mask of %q, which %q means already",
				a.sample.file, row.line, row.image, a.masks.ids[image], a.used[image])
		case ok:
			a.used[image] = row.image
		}
		if !ok {
			image = -1
		}
		classes, err := a.classes(row, each)
		if err != nil {
			return err
		}
		for _, k := range classes {
			a.items = append(a.items, item{image: image, class: k, name: row.image, cells: row.cells})
			seen[imageClass{image, k}] = true
		}
	}
	a.extra(seen)
	return nil
}

// imageClass is an image and a class.
type imageClass struct{ image, class int }

// classes returns those that a row stands for.
func (a *matching) classes(row sampleRow, each bool) ([]int, error) {
	s := a.spec
	if !s.Table.HasClass() {
		return s.Written, nil
	}
	k := slices.IndexFunc(s.Written, func(k int) bool { return s.label(k) == row.class })
	if k < 0 {
		var labels []string
		for _, k := range s.Written {
			labels = append(labels, s.label(k))
		}
		return nil, fmt.Errorf("sample %s: line %d: class %q is none of those that are written: %s",
			a.sample.file, row.line, row.class, strings.Join(labels, ", "))
	}
	if each {
		return s.Written, nil
	}
	return s.Written[k : k+1], nil
}

// extra notes masks, and classes of them, that the sample does not want.
func (a *matching) extra(seen map[imageClass]bool) {
	for i, id := range a.masks.ids {
		if a.used[i] == "" {
			a.mismatch.Extra = append(a.mismatch.Extra, id)
			continue
		}
		for _, k := range a.spec.Written {
			if !seen[imageClass{i, k}] {
				a.mismatch.Extra = append(a.mismatch.Extra, fmt.Sprintf("class %q of %s", a.spec.label(k), id))
			}
		}
	}
}

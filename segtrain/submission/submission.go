// Package submission turns predicted masks into the file that a competition takes, and reads it back.
//
// A submission is a table of run-lengths in some dialect, or masks as PNG files. Open lists the masks that
// segtrain predict wrote, ReadSample the competition's own example, which then says ids, order and columns, and Write
// writes what a Spec describes. What was written is read again and compared with the masks, every pixel, before it gets
// its name: a submission is there whole and right, or not at all.
package submission

import (
	"errors"
	"fmt"
	"image/color"
	"slices"
	"strings"

	"tessera/segtrain/metric"
)

// Format is what a submission is made of.
type Format string

// The formats.
const (
	RLE     Format = "rle"     // a table of run-lengths: CSV, alone or in a zip
	PNG     Format = "png"     // a grey PNG an image, whose values stand for classes
	Palette Format = "palette" // a paletted PNG an image: the colours of classes
	Binary  Format = "binary"  // a PNG of 0 and 255 an image and class
)

// A FormatDoc says what a format is.
type FormatDoc struct {
	Name Format
	Doc  string
}

// Formats are all of them.
var Formats = []FormatDoc{
	{RLE, "a table of run-lengths"},
	{PNG, "a grey PNG an image, of class indices or submit.values"},
	{Palette, "a paletted PNG an image, in the colors of the classes"},
	{Binary, "a PNG of 0 and 255 an image; a folder a class if there are several"},
}

// A Spec says what a submission looks like.
type Spec struct {
	Format  Format
	Task    metric.Task  // of the masks; empty is metric.Multiclass
	Classes []string     // of the masks, in the order of their indices; one where the task is metric.Binary
	Written []int        // classes that are written, by index; see ChooseClasses
	Table   Table        // of RLE
	Values  []int        // of PNG: the value of each class; empty: its index
	Colors  []color.RGBA // of Palette: one a class

	// Extension stands behind an image's id in a table, such as ".jpg". With a sample its ids count.
	Extension string

	// H and W are the size of all written masks; 0: each has that of its picture, if SizeOf knows it, or its own.
	H, W   int
	SizeOf map[string][2]int // H, W by the id of a mask
	Keep   bool              // masks of another size are refused instead of resized
}

// Check reports what cannot be right about a description.
func (s *Spec) Check() error {
	if !slices.ContainsFunc(Formats, func(f FormatDoc) bool { return f.Name == s.Format }) {
		return fmt.Errorf("no format %q; there are: %s, %s, %s, %s", s.Format, RLE, PNG, Palette, Binary)
	}
	if len(s.Classes) == 0 || len(s.Written) == 0 {
		return errors.New("no classes to write")
	}
	if (s.H > 0) != (s.W > 0) || s.H < 0 || s.W < 0 {
		return fmt.Errorf("size %d×%d; allowed: height and width of 1 or more, or neither", s.H, s.W)
	}
	switch s.Format {
	case RLE:
		return s.checkTable()
	case PNG, Palette:
		return s.checkPicture()
	}
	return nil
}

// checkTable: a table tells classes apart, and each name of them can be read back.
func (s *Spec) checkTable() error {
	t := s.Table
	if err := t.check(); err != nil {
		return err
	}
	if !t.HasClass() && len(s.Written) > 1 {
		return fmt.Errorf("the table has no place for a class, but %d are to be written (%s): choose one, or a dialect with classes",
			len(s.Written), strings.Join(s.names(), ", "))
	}
	if t.Joint == "" || t.Class != "" {
		return nil
	}
	for _, k := range s.Written {
		if name := s.label(k); strings.Contains(name, t.Joint) {
			return fmt.Errorf("class %q holds %q, which parts image and class in column %s, so it could not be read back: "+
				"write classes as index or number", name, t.Joint, t.Image)
		}
	}
	return nil
}

// checkPicture: one class a pixel, values that fit a byte and differ, a colour for each class.
func (s *Spec) checkPicture() error {
	if s.Task == metric.Multilabel {
		return fmt.Errorf("format %s has one class a pixel, but classes may overlap; allowed: %s, %s", s.Format, RLE, Binary)
	}
	n := s.values()
	if s.Format == Palette {
		return s.checkColors(n)
	}
	if len(s.Values) > 0 && len(s.Values) != n {
		return fmt.Errorf("%d values for %d classes", len(s.Values), n)
	}
	seen := map[int]int{}
	for k, v := range s.Values {
		if v < 0 || v > 255 {
			return fmt.Errorf("value %d of class %d; allowed: 0 to 255", v, k)
		}
		if first, twice := seen[v]; twice {
			return fmt.Errorf("value %d stands for classes %d and %d", v, first, k)
		}
		seen[v] = k
	}
	return nil
}

func (s *Spec) checkColors(n int) error {
	if len(s.Colors) != n {
		return fmt.Errorf("%d colours for %d classes", len(s.Colors), n)
	}
	seen := map[color.RGBA]int{}
	for k, c := range s.Colors {
		if first, twice := seen[c]; twice {
			return fmt.Errorf("classes %d and %d have one colour", first, k)
		}
		seen[c] = k
	}
	return nil
}

// values returns how many values a pixel of a mask can have.
func (s *Spec) values() int {
	if s.Task == metric.Binary {
		return 2
	}
	return len(s.Classes)
}

// names returns those of the written classes.
func (s *Spec) names() []string {
	var list []string
	for _, k := range s.Written {
		list = append(list, s.Classes[k])
	}
	return list
}

// ChooseClasses returns the indices of the named classes, in the order of the names. Without names they are all but the
// background, which a task whose classes exclude each other has (-1: none).
func ChooseClasses(task metric.Task, classes, names []string, background int) ([]int, error) {
	var list []int
	if len(names) == 0 {
		for k := range classes {
			if task.Flags() || k != background {
				list = append(list, k)
			}
		}
		return list, nil
	}
	for _, name := range names {
		k := slices.Index(classes, name)
		if k < 0 {
			return nil, fmt.Errorf("no class %q; there are: %s", name, strings.Join(classes, ", "))
		}
		if slices.Contains(list, k) {
			return nil, fmt.Errorf("class %q is named twice", name)
		}
		list = append(list, k)
	}
	return list, nil
}

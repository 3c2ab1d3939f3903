package submission

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// ClassBy is how a table names a class.
type ClassBy string

// The ways to name a class.
const (
	ByName   ClassBy = "name"   // Fish
	ByIndex  ClassBy = "index"  // its index in the masks
	ByNumber ClassBy = "number" // 1 for the first class that is written, 2 for the second, …
)

// Table says how a table of run-lengths is written: as data.RLETable says it is read, and what only a writer has to know.
type Table struct {
	data.RLETable

	ClassBy ClassBy // empty is ByName

	// Components is 0 for one row an image and class, or the neighbours (4 or 8) through which pixels hang together: then
	// each connected region is a row.
	Components int

	// SkipEmpty leaves out rows of what is not there. An image that shows nothing is then in no row at all.
	SkipEmpty bool
}

// HasClass tells whether rows say what class they are.
func (t *Table) HasClass() bool { return t.Class != "" || t.Joint != "" }

func (t *Table) check() error {
	switch {
	case t.Image == "" || t.Runs == "":
		return errors.New("a table needs names for the columns of images and of run-lengths")
	case t.Image == t.Runs || t.Class != "" && (t.Class == t.Image || t.Class == t.Runs):
		return fmt.Errorf("columns %q, %q and %q must differ", t.Image, t.Class, t.Runs)
	case t.Code.Order != raster.RowMajor && t.Code.Order != raster.ColumnMajor:
		return fmt.Errorf("no order %q; there are: %s, %s", t.Code.Order, raster.ColumnMajor, raster.RowMajor)
	case t.Code.Base != 0 && t.Code.Base != 1:
		return fmt.Errorf("the first pixel is number %d; allowed: 0, 1", t.Code.Base)
	case t.Components != 0 && t.Components != 4 && t.Components != 8:
		return fmt.Errorf("components of %d neighbours; allowed: 0 (none), 4, 8", t.Components)
	case !slices.Contains([]ClassBy{"", ByName, ByIndex, ByNumber}, t.ClassBy):
		return fmt.Errorf("no way %q to name a class; there are: %s, %s, %s", t.ClassBy, ByName, ByIndex, ByNumber)
	}
	return nil
}

// Dialect is a way to write a table that a competition has used.
type Dialect struct {
	Name, Doc string
	Table     Table
}

// Dialects returns those of data.Dialects with what a writer has to know. Airbus wants a row for each ship, which are
// regions of eight neighbours in what its participants shared (skimage.measure.label); Severstal numbers its defects from 1.
func Dialects() []Dialect {
	var list []Dialect
	for _, d := range data.Dialects() {
		t := Table{RLETable: d.Table, ClassBy: ByName}
		switch d.Name {
		case "airbus":
			t.Components = 8
		case "severstal":
			t.ClassBy = ByNumber
		}
		list = append(list, Dialect{d.Name, d.Doc, t})
	}
	return list
}

// label returns how the table names a class.
func (s *Spec) label(k int) string {
	switch s.Table.ClassBy {
	case ByIndex:
		return strconv.Itoa(k)
	case ByNumber:
		return strconv.Itoa(1 + slices.Index(s.Written, k))
	}
	return s.Classes[k]
}

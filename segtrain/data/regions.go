package data

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Unlisted says what becomes of pictures in the folder that a file of regions does not mention.
type Unlisted string

const (
	UnlistedIsError Unlisted = "error" // they are a mistake
	UnlistedIsEmpty Unlisted = "empty" // they show background alone
	UnlistedIsLeft  Unlisted = "skip"  // they are left out, with a warning
)

// RegionOptions say how a file of regions becomes masks.
type RegionOptions struct {
	Images     string        // folder that names in the file are looked for in
	Classes    []string      // names in the order of indices
	Map        map[int]uint8 // class of a category's number, where its name is not that of a class
	Ignore     int           // class index that does not count, -1 for none
	Background int           // class of the pixels in no region: a class or Ignore
	Overlap    Overlap       // empty is LaterOnTop
	Unlisted   Unlisted      // empty is UnlistedIsError
	Group      *regexp.Regexp
}

func (o *RegionOptions) check() error {
	o.Overlap, o.Unlisted = cmp.Or(o.Overlap, LaterOnTop), cmp.Or(o.Unlisted, UnlistedIsError)
	if !o.isClass(o.Background) {
		return fmt.Errorf("background: class %d; allowed: %s", o.Background, o.allowed())
	}
	for _, id := range slices.Sorted(maps.Keys(o.Map)) {
		if class := int(o.Map[id]); !o.isClass(class) {
			return fmt.Errorf("category %d is mapped to class %d; allowed: %s", id, class, o.allowed())
		}
	}
	return nil
}

func (o *RegionOptions) isClass(k int) bool {
	return k >= 0 && (k < len(o.Classes) || k == o.Ignore)
}

func (o *RegionOptions) allowed() string {
	s := fmt.Sprintf("0 to %d", len(o.Classes)-1)
	if o.Ignore >= 0 {
		s += fmt.Sprintf(" and %d (ignored)", o.Ignore)
	}
	return s
}

// class returns the class of a category by its number, if it has one, or by its name.
func (o *RegionOptions) class(id int, hasID bool, name string) (uint8, error) {
	class := slices.Index(o.Classes, name)
	if mapped, ok := o.Map[id]; ok && hasID {
		class = int(mapped)
	}
	switch {
	case class < 0:
		return 0, fmt.Errorf("%q is no class; allowed: %s, or a line in the map of category numbers to classes",
			name, strings.Join(o.Classes, ", "))
	case class == o.Background && class != o.Ignore:
		return 0, fmt.Errorf("%q is class %d (%s), which is the background too: put a class for the background first, "+
			"or choose another background", name, class, o.Classes[class])
	}
	return uint8(class), nil
}

// A gatherer brings records and findings of a file of regions together.
type gatherer struct {
	file     string
	opt      RegionOptions
	folder   *folder
	records  Manifest
	byID     map[string]int // place of a record
	findings Findings
}

func newGatherer(file string, opt RegionOptions) (*gatherer, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	f, err := openFolder(opt.Images)
	if err != nil {
		return nil, err
	}
	return &gatherer{file: file, opt: opt, folder: f, byID: map[string]int{}}, nil
}

// wrong adds a finding at a place in the file.
func (g *gatherer) wrong(kind, where, format string, args ...any) {
	g.findings.wrong(kind, g.file+": "+where, format, args...)
}

func (g *gatherer) warn(kind, where, format string, args ...any) {
	g.findings.warn(kind, g.file+": "+where, format, args...)
}

// add appends the record of a picture with a mask that has no regions yet, and returns its place.
func (g *gatherer) add(rel string, h, w int) int {
	r := g.folder.record(rel)
	r.Drawn = &Drawn{
		Source: g.file, H: h, W: w, Background: uint8(g.opt.Background), Overlap: g.opt.Overlap,
	}
	g.byID[r.ID] = len(g.records)
	g.records = append(g.records, r)
	return len(g.records) - 1
}

// finish deals with pictures that were not mentioned, sorts and groups.
func (g *gatherer) finish() (Manifest, Findings, error) {
	rest := g.folder.rest()
	what := few(rest, "image", "images")
	switch {
	case len(rest) == 0:
	case g.opt.Unlisted == UnlistedIsEmpty:
		for _, rel := range rest {
			g.add(rel, 0, 0)
		}
	case g.opt.Unlisted == UnlistedIsLeft:
		g.findings.warn("image without mask", g.folder.dir, "%s not in %s: left out", what, g.file)
		g.findings[len(g.findings)-1].Count = len(rest)
	default:
		g.findings.wrong("image without mask", g.folder.dir,
			"%s not in %s; allowed with unlisted: empty (background alone) or skip (left out)", what, g.file)
		g.findings[len(g.findings)-1].Count = len(rest)
	}
	slices.SortStableFunc(g.records, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
	if len(g.records) == 0 && g.findings.Err() == nil {
		g.findings.wrong("empty", g.file, "has no images")
	}
	if g.opt.Group != nil {
		if err := g.records.GroupBy(g.opt.Group); err != nil {
			return nil, g.findings, err
		}
	}
	return g.records, g.findings, nil
}

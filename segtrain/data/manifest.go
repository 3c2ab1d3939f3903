// Package data brings images and masks from folders into batches.
//
// A Manifest lists the pairs; Scan finds them by name, ReadCSV reads them from a table, ReadCOCO and ReadRLE from
// files of regions, HoldOut parts them. A
// Dataset turns a record into the numbers a network takes: decode (through a cache), fit to one size,
// augment, normalise. A Loader makes batches of a Dataset in worker goroutines, ahead of time, and gives the
// same batches for any number of workers. Going back from a prediction to a file's own size is
// Dataset.Restore.
package data

import (
	"fmt"
	"regexp"
	"strings"

	"tessera/segtrain/raster"
)

// NoFold is the Fold of a record that no fold has been chosen for.
const NoFold = -1

// Record is one image and what is known about it.
type Record struct {
	ID     string   // unique in its manifest; a path without extension, with slashes
	Image  string   // path of the image
	Mask   string   // path of the mask; empty when there is none
	Drawn  *Drawn   // the mask, where it is in no file of its own; nil for none
	Group  string   // records of one group are never parted by a split; empty when there are no groups
	Fold   int      // NoFold when not assigned
	Label  string   // of the whole image, to stratify by; empty for none
	Labels []string // classes that the image shows; nil: not known, empty: none
	Tile   *Window  // the part of the files that the record is; nil: all (see Tiles)
	Hidden []Hidden // parts of the mask that do not count
	Soft   *Soft    // the second label of each pixel; nil: the mask says all

	// Weight is the probability that an order of training takes the record; 0 is 1. Of Options.Pseudo, where Blend.ByWeight, it is
	// how often the record is taken beside others.
	Weight float64
	Code   *raster.MaskCode // how the mask's file is coded, where that is not as the data set's are; nil: as those
}

// Manifest is a data set as a list.
type Manifest []Record

// GroupBy sets every record's group to the first submatch of pattern in its ID, or to the whole match where
// the pattern has no parentheses. The error names the IDs that do not match.
func (m Manifest) GroupBy(pattern *regexp.Regexp) error {
	var missed []string
	for i := range m {
		match := pattern.FindStringSubmatch(m[i].ID)
		if match == nil {
			missed = append(missed, m[i].ID)
			continue
		}
		m[i].Group = match[min(1, len(match)-1)]
	}
	if len(missed) > 0 {
		return fmt.Errorf("group pattern %q does not match %s", pattern, few(missed, "ID", "IDs"))
	}
	return nil
}

// few counts names and shows the first of them: 7 images: "a", "b", "c", …
func few(names []string, one, many string) string {
	const shown = 3
	var b strings.Builder
	noun := many
	if len(names) == 1 {
		noun = one
	}
	fmt.Fprintf(&b, "%d %s", len(names), noun)
	for i, n := range names[:min(shown, len(names))] {
		sep := ", "
		if i == 0 {
			sep = ": "
		}
		fmt.Fprintf(&b, "%s%q", sep, n)
	}
	if len(names) > shown {
		b.WriteString(", …")
	}
	return b.String()
}

// Package survey looks at every file of a data set before a network does.
//
// Run decodes all images and masks on all cores and counts: sizes, classes, which of them occur together, values of
// mask files, means and deviations of channels. What cannot be read becomes a finding and does not stop the others.
// It finds images that are alike, within a part of the data and between parts that must not share any. The results do
// not depend on the number of workers. Package report draws them.
package survey

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"tessera/internal/parallel"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// Part is a part of a data set that shares no image with the others: what is trained on, what validates, what is
// predicted.
type Part struct {
	Name    string
	Records data.Manifest
}

// Options say what is looked at.
type Options struct {
	Parts   []Part // the first is what is trained on
	Classes []string
	Code    raster.MaskCode
	// Overlapping are the names of classes that may overlap, nil if a pixel has one class. The Classes are then what a pixel of
	// none of them is called, and these.
	Overlapping []string
	Channels    int // that the network will see: 1, 3 and 4 are made of each other; images of other numbers are counted as they are

	// Findings are there already: what was wrong with the lists of files.
	Findings data.Findings
	// Progress, where not nil, is called after each image with the number of those done, by one goroutine at a time.
	Progress func(done, total int)
}

// Survey is what a data set looks like.
type Survey struct {
	Parts    []PartCount   `json:"parts"`
	Sizes    []SizeCount   `json:"sizes"`    // the commonest first
	Channels []Channel     `json:"channels"` // of the first part's images
	Classes  []ClassCount  `json:"classes"`
	Ignored  ClassCount    `json:"ignored"`  // pixels that do not count
	Together [][]int       `json:"together"` // images in which two classes occur; on the diagonal those with the class
	Empty    int           `json:"empty"`    // masks that show nothing but the first class and what is ignored
	Values   []ValueCount  `json:"values"`   // of mask files
	Labels   []LabelCount  `json:"labels"`   // of whole images, where a manifest has them
	Alike    []Cluster     `json:"alike"`    // images that look the same
	Leaks    []Leak        `json:"leaks"`    // images alike that are parted
	Findings data.Findings `json:"findings"`

	opt   Options
	looks []look
}

// PartCount is how large a part is.
type PartCount struct {
	Name     string `json:"name"`
	Images   int    `json:"images"`
	Labelled int    `json:"labelled"`
	Groups   int    `json:"groups"` // 0: none are known
	Failed   int    `json:"failed"` // images or masks that cannot be read
}

// SizeCount is how many images have a size and a kind of samples.
type SizeCount struct {
	Height   int `json:"height"`
	Width    int `json:"width"`
	Channels int `json:"channels"`
	Bits     int `json:"bits"`
	Images   int `json:"images"`
}

// ClassCount is how much there is of a class.
type ClassCount struct {
	Name   string  `json:"name"`
	Pixels int64   `json:"pixels"`
	Share  float64 `json:"share"`   // of all pixels of masks
	Images int     `json:"images"`  // with at least one
	ByPart []int   `json:"by_part"` // such images of each part
}

// ValueCount is a value of mask files: a grey value or palette index, or a colour.
type ValueCount struct {
	Value  int    `json:"value"`           // -1 for a colour
	Color  string `json:"color,omitempty"` // "#rrggbb"
	Pixels int64  `json:"pixels"`
	Images int    `json:"images"`
}

// LabelCount is how many images have a label.
type LabelCount struct {
	Name   string `json:"name"`
	Images int    `json:"images"`
	ByPart []int  `json:"by_part"`
}

// Run surveys a data set. The error is that of ctx, or about options that make no sense; what is wrong with files is in
// the findings.
func Run(ctx context.Context, opt Options) (*Survey, error) {
	if len(opt.Parts) == 0 || len(opt.Parts[0].Records) == 0 {
		return nil, errors.New("survey: no images")
	}
	check := opt.Code.Check
	if opt.Overlapping != nil {
		opt.Code.Classes = len(opt.Overlapping)
		check = opt.Code.CheckFlags
	}
	if err := check(); err != nil {
		return nil, fmt.Errorf("survey: %w", err)
	}
	s := &Survey{opt: opt, Findings: append(data.Findings{}, opt.Findings...), Alike: []Cluster{}, Leaks: []Leak{}}
	for p, part := range opt.Parts {
		for i, r := range part.Records {
			s.looks = append(s.looks, look{part: p, index: i, record: r})
		}
	}
	s.lookAtAll(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.countParts()
	s.countSizes()
	s.countClasses()
	s.countValues()
	s.countLabels()
	s.Channels = channels(s.looks)
	s.compare()
	s.judge()
	return s, nil
}

// lookAtAll opens all files. Each task writes to its own look.
func (s *Survey) lookAtAll(ctx context.Context) {
	var mu sync.Mutex
	done := 0
	parallel.For(len(s.looks), func(i, _ int) {
		if ctx.Err() != nil {
			return
		}
		s.looks[i].open(s.opt)
		mu.Lock()
		defer mu.Unlock()
		if done++; s.opt.Progress != nil {
			s.opt.Progress(done, len(s.looks))
		}
	})
}

// Record returns the record of a place.
func (s *Survey) Record(p Place) data.Record { return s.opt.Parts[p.Part].Records[p.Index] }

// Place is an image of a part.
type Place struct {
	Part  int    `json:"part"`
	Index int    `json:"index"`
	ID    string `json:"id"`
}

func (l *look) place() Place { return Place{l.part, l.index, l.record.ID} }

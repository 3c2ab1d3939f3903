package workflow

import (
	"fmt"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// labelCounts are the labels of one mask.
type labelCounts struct {
	pixels, without [256]int64 // see classSurvey
	ignored         int64
}

// A labelCount counts the labels of a mask; none are no mask.
type labelCount func(labels []uint8) *labelCounts

// counterOf returns what counts labels as the configuration's task has them, so many a pixel.
func counterOf(cfg *config.Config, labels int) labelCount {
	flags := cfg.Flags()
	return func(list []uint8) *labelCounts {
		c := new(labelCounts)
		for i, label := range list {
			switch {
			case !flags:
				c.pixels[label]++
			case label == 1:
				c.pixels[i%labels]++
			case label == 0:
				c.without[i%labels]++
			default:
				c.ignored++
			}
		}
		return c
	}
}

func (s *classSurvey) add(c *labelCounts) {
	for class := range c.pixels {
		s.pixels[class] += c.pixels[class]
		s.without[class] += c.without[class]
	}
	s.ignored += c.ignored
}

// loadLabels returns a record's image and its labels, none where it has no mask.
func loadLabels(ds *data.Dataset, index int) (*raster.Image, []uint8, error) {
	image, _, err := ds.Load(index)
	if err != nil || !ds.Record(index).Labelled() {
		return image, nil, err
	}
	labels, err := ds.LoadLabels(index)
	return image, labels, err
}

// maskBytes returns what a mask with so many labels takes in memory: where classes may overlap, four share a byte.
func maskBytes(ds *data.Dataset, labels int) int64 {
	n := ds.Labels()
	if n == 1 {
		return int64(labels)
	}
	return int64(labels / n * ((n + 3) / 4))
}

const masksCure = "do data.mask.code and data.mask.map say what the masks' values mean? segtrain init tells the values it sees"

// flagsVerdict is classesVerdict where each class is there or not: it fails where none is ever there, or all are everywhere.
func (d *debugger) flagsVerdict() Check {
	c := Check{Name: "classes", Verdict: Pass}
	s, names := d.seenTrain, d.source.classes
	var there, counted int64
	var absent, always []string
	for class, name := range names {
		there, counted = there+s.pixels[class], counted+s.pixels[class]+s.without[class]
		switch {
		case s.pixels[class] == 0:
			absent = append(absent, name)
		case s.without[class] == 0:
			always = append(always, name)
		}
	}
	all := counted + s.ignored
	c.Text = fmt.Sprintf("%d of %d classes occur, in %d of %d images; %.1f %% of the labels count, %.2g %% of them say that a class is there",
		len(names)-len(absent), len(names), s.showing(), s.readable(), 100*float64(counted)/float64(max(1, all)),
		100*float64(there)/float64(max(1, counted)))
	switch {
	case len(absent) == len(names):
		c.Verdict, c.Cures = Fail, []string{"there is nothing to find: " + masksCure}
	case len(absent)+len(always) == len(names):
		c.Verdict, c.Cures = Fail, []string{"what is there is everywhere, so there is nothing to tell: " + masksCure}
	case counted*10 < all:
		c.Verdict = Fail
		c.Cures = []string{fmt.Sprintf("nearly every label has the value to ignore: is data.ignore %d right?", ignored(d.cfg)), masksCure}
	case len(absent)+len(always) > 0:
		c.Verdict = Warn
		if len(absent) > 0 {
			c.Cures = append(c.Cures, "in no training mask: "+strings.Join(absent, ", "))
		}
		if len(always) > 0 {
			c.Cures = append(c.Cures, "everywhere in all training masks: "+strings.Join(always, ", "))
		}
		c.Cures = append(c.Cures, masksCure)
	case counted*2 < all:
		c.Verdict, c.Cures = Warn, []string{fmt.Sprintf("most labels do not count: is data.ignore %d right?", ignored(d.cfg))}
	}
	return c
}

// showing counts the images that show any class.
func (s *classSurvey) showing() int {
	n := 0
	for _, classes := range s.classes {
		if classes != nil && *classes != ([256]bool{}) {
			n++
		}
	}
	return n
}

// worthLearning returns the records of a sample that show a class, where labels are flags and there are any: a batch
// without any class is learned by saying nothing.
func (d *debugger) worthLearning(sample data.Manifest) data.Manifest {
	if !d.cfg.Flags() {
		return sample
	}
	shows := map[string]bool{}
	for i, r := range d.source.train {
		shows[r.ID] = d.seenTrain.classes[i] != nil && *d.seenTrain.classes[i] != ([256]bool{})
	}
	var some data.Manifest
	for _, r := range sample {
		if shows[r.ID] {
			some = append(some, r)
		}
	}
	if len(some) == 0 {
		return sample
	}
	return some
}

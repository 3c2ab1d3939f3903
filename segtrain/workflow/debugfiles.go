package workflow

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"tessera/segtrain/data"
	"tessera/segtrain/train"
)

// A classSurvey is what was seen in the files of a set.
type classSurvey struct {
	set     string
	read    []bool // of each record, whether its files were read
	looked  int    // records that were tried
	errors  []error
	classes []*[256]bool // of each record that was read, the classes in its mask
	pixels  [256]int64   // of each class, over all
	without [256]int64   // of each class that may be absent: pixels that count and are not of it
	ignored int64        // of labels that are flags: those that do not count
	bytes   int64        // of the decoded files
}

// look reads the files of a set, at most debugMost of it, and keeps none. count takes the labels of a record.
func look(ctx context.Context, set string, ds *data.Dataset, order []int, count labelCount) (*classSurvey, error) {
	s := &classSurvey{set: set, read: make([]bool, ds.Len()), classes: make([]*[256]bool, ds.Len())}
	order = order[:min(len(order), debugMost)]
	s.looked = len(order)
	errs := make([]error, len(order))
	var next, bytes atomic.Int64
	var adding sync.Mutex
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for at := next.Add(1) - 1; at < int64(len(order)) && ctx.Err() == nil; at = next.Add(1) - 1 {
				i := order[at]
				image, labels, err := loadLabels(ds, i)
				if err != nil {
					errs[at] = err
					continue
				}
				s.read[i], s.classes[i] = true, new([256]bool)
				bytes.Add(int64(len(image.Pix8)+2*len(image.Pix16)) + maskBytes(ds, len(labels)))
				found := count(labels)
				for class, n := range found.pixels {
					s.classes[i][class] = n > 0
				}
				adding.Lock()
				s.add(found)
				adding.Unlock()
			}
		})
	}
	workers.Wait()
	if ctx.Err() != nil {
		return nil, train.ErrInterrupted
	}
	for _, err := range errs {
		if err != nil {
			s.errors = append(s.errors, err)
		}
	}
	s.bytes = bytes.Load()
	return s, nil
}

// readable counts the records that were read.
func (s *classSurvey) readable() int { return s.looked - len(s.errors) }

// rarest returns the classes that occur, the rarest first, those with the same number of pixels in their order.
func (s *classSurvey) rarest() []int {
	var list []int
	for class, n := range s.pixels {
		if n > 0 {
			list = append(list, class)
		}
	}
	slices.SortStableFunc(list, func(a, b int) int { return int(min(1, max(-1, s.pixels[a]-s.pixels[b]))) })
	return list
}

// checkFiles reads the files of both sets and looks at the values of the masks.
func (d *debugger) checkFiles(ctx context.Context) (err error) {
	cfg := *d.cfg
	cfg.Data.CacheMB = 0 // what is read here is not what a run keeps
	for _, set := range []struct {
		name    string
		records data.Manifest
		into    **classSurvey
	}{{"training", d.source.train, &d.seenTrain}, {"validation", d.source.val, &d.seenVal}} {
		ds, err := d.source.dataset(&cfg, set.records, nil)
		if err != nil {
			return err
		}
		order := data.Shuffled(set.records, d.cfg.Train.Seed)
		if *set.into, err = look(ctx, set.name, ds, order, counterOf(&cfg, ds.Labels())); err != nil {
			return err
		}
	}
	d.add(filesVerdict(d.seenTrain, d.seenVal))
	d.add(d.classesVerdict())
	return nil
}

// filesVerdict fails if any file could not be read.
func filesVerdict(sets ...*classSurvey) Check {
	c := Check{Name: "files", Verdict: Pass}
	var texts, wrong []string
	for _, s := range sets {
		texts = append(texts, fmt.Sprintf("%d of %d %s samples read", s.readable(), len(s.read), s.set))
		for _, err := range s.errors {
			wrong = append(wrong, err.Error())
		}
	}
	c.Text = strings.Join(texts, ", ")
	if len(wrong) == 0 {
		return c
	}
	const most = 5
	c.Verdict = Fail
	c.Text += fmt.Sprintf("; %d cannot be used", len(wrong))
	c.Cures = wrong[:min(most, len(wrong))]
	if len(wrong) > most {
		c.Cures = append(c.Cures, fmt.Sprintf("… and %d more", len(wrong)-most))
	}
	if slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, "; allowed: ") }) {
		c.Cures = append(c.Cures, "a mask value that is no class: name the class in data.classes, or map the value with "+
			"data.mask.map: {value: class}; if it marks pixels without a label, set data.ignore to it")
	}
	return c
}

// classesVerdict fails where there is nothing to learn: a single class, or next to nothing that counts.
func (d *debugger) classesVerdict() Check {
	if d.cfg.Flags() {
		return d.flagsVerdict()
	}
	c := Check{Name: "classes", Verdict: Pass}
	names, ignore := d.source.classes, ignored(d.cfg)
	var all, counted int64
	var absent []string
	occur := 0
	for class, n := range d.seenTrain.pixels {
		all += n
		if class == ignore {
			continue
		}
		counted += n
		switch {
		case n > 0:
			occur++
		case class < len(names):
			absent = append(absent, names[class])
		}
	}
	c.Text = fmt.Sprintf("%d of %d classes occur; %.1f %% of the pixels count", occur, len(names),
		100*float64(counted)/float64(max(1, all)))
	switch {
	case occur < 2:
		c.Verdict, c.Cures = Fail, []string{"there is nothing to tell apart: " + masksCure}
	case counted*10 < all:
		c.Verdict = Fail
		c.Cures = []string{fmt.Sprintf("nearly every pixel has the value to ignore: is data.ignore %d right?", ignore), masksCure}
	case len(absent) > 0:
		c.Verdict, c.Cures = Warn, []string{"in no training mask: " + strings.Join(absent, ", "), masksCure}
	case counted*2 < all:
		c.Verdict, c.Cures = Warn, []string{fmt.Sprintf("most pixels do not count: is data.ignore %d right?", ignore)}
	}
	return c
}

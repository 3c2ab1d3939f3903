package workflow

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tessera/segtrain/config"
	"tessera/segtrain/metric"
	"tessera/segtrain/post"
	"tessera/segtrain/raster"
	"tessera/segtrain/report"
)

// PostApplyOptions say what ApplyPost shows.
type PostApplyOptions struct {
	Post   string // file with predict.post; empty: that of the cross-validation's configuration
	Out    string // the PNG; empty: none
	Images int    // in it
	Done   func(done, total int)
}

// A PostApplied is what post-processing did to out-of-fold predictions.
type PostApplied struct {
	Before metric.Report `json:"before"`
	After  metric.Report `json:"after"`
	Images []PostChange  `json:"images"` // those that change most
	Fitted bool          `json:"fitted"` // whether the steps were fitted on these images, so that After is too good
	Out    string        `json:"out,omitempty"`
}

// PostChange is how much of an image changes.
type PostChange struct {
	ID     string  `json:"id"`
	Share  float64 `json:"share"`  // of its pixels
	Before float64 `json:"before"` // its mean IoU
	After  float64 `json:"after"`

	index int
}

// ApplyPost measures masks of out-of-fold predictions without and with post-processing, and draws the images that change most:
// truth, before, after, and what became right or wrong. Steps that were fitted on another split are an error.
func ApplyPost(ctx context.Context, dir string, ao PostApplyOptions) (*PostApplied, error) {
	if ao.Images < 1 {
		return nil, fmt.Errorf("images must be 1 or more, not %d", ao.Images)
	}
	o, err := openOutOfFold(dir)
	if err != nil {
		return nil, err
	}
	if task(o.cfg) == metric.Multilabel {
		return nil, o.cfg.Mistake("task", "post apply draws one class a pixel, but task is %s", o.cfg.Task)
	}
	a := &applying{outOfFold: o, ignore: ignored(o.cfg)}
	var fitted bool
	if a.chain, fitted, err = o.chain(ao.Post); err != nil {
		return nil, err
	}
	a.before, a.after = a.meter(), a.meter()
	done := 0
	err = o.each(ctx, func(x judged) error {
		if done++; ao.Done != nil {
			ao.Done(done, o.ds.Len())
		}
		return a.look(x)
	})
	if err != nil {
		return nil, err
	}
	r := &PostApplied{Before: a.before.Report(o.source.classes), After: a.after.Report(o.source.classes), Fitted: fitted, Out: ao.Out}
	slices.SortStableFunc(a.changes, func(a, b PostChange) int { return cmp.Compare(b.Share, a.Share) })
	r.Images = a.changes[:min(ao.Images, len(a.changes))]
	if ao.Out != "" {
		err = a.draw(ao.Out, r.Images)
	}
	return r, err
}

// chain returns the steps of a file, or of the cross-validation's configuration, and whether they were fitted on its
// images.
func (o *outOfFold) chain(file string) (c *post.Chain, fitted bool, err error) {
	cfg := o.cfg
	if file != "" {
		if cfg, err = config.Load(file); err != nil {
			return nil, false, err
		}
	}
	steps, err := postSteps(cfg)
	if err != nil {
		return nil, false, err
	}
	if len(steps) == 0 {
		return nil, false, cfg.Mistake("predict.post", "has no steps to apply; segtrain post fit finds some")
	}
	if split := cfg.Predict.PostSplit; split != "" && split != o.folder.Split {
		return nil, false, cfg.Mistake("predict.post_split", "the steps were fitted on the split %.12s…, and %s is of %.12s…: its images "+
			"may be among those that they were fitted on", split, o.dir, o.folder.Split)
	}
	for i := range steps {
		if c, err = post.NewChain(postOf(o.cfg, o.source.classes), steps[:i+1]); err != nil {
			return nil, false, cfg.Mistake(fmt.Sprintf("predict.post.%d", i), "%v", err)
		}
	}
	return c, cfg.Predict.PostSplit != "", nil
}

// applying is an ApplyPost at work.
type applying struct {
	*outOfFold
	chain         *post.Chain
	ignore        int
	before, after *metric.Meter
	changes       []PostChange
}

func (a *applying) meter() *metric.Meter {
	return metric.NewMeter(metric.MeterOptions{Task: task(a.cfg), Classes: len(a.source.classes), Ignore: a.ignore})
}

// masks returns those of an image without and with the steps.
func (a *applying) masks(x judged) (before, after *raster.Mask, err error) {
	plain, err := post.NewChain(postOf(a.cfg, a.source.classes), nil)
	if err != nil {
		return nil, nil, err
	}
	if before, _, err = plain.Apply(x.probabilities, nil); err != nil {
		return nil, nil, err
	}
	after, _, err = a.chain.Apply(x.probabilities, a.picture(x.index))
	return before, after, err
}

func (a *applying) look(x judged) error {
	before, after, err := a.masks(x)
	if err != nil {
		return err
	}
	c := PostChange{ID: x.id, index: x.index}
	n := 0
	for i, v := range before.Pix {
		if v != after.Pix[i] {
			n++
		}
	}
	c.Share = float64(n) / float64(len(before.Pix))
	for _, m := range []struct {
		*metric.Meter
		mask  *raster.Mask
		score *float64
	}{{a.before, before, &c.Before}, {a.after, after, &c.After}} {
		m.Add(before.H, before.W, x.truth, m.mask.Pix, nil)
		s := metric.NewStats(task(a.cfg), len(a.source.classes), a.ignore)
		s.Add(x.truth, m.mask.Pix)
		*m.score = s.ImageScore(0)
	}
	a.changes = append(a.changes, c)
	return nil
}

// draw writes a contact sheet: a row for each image.
func (a *applying) draw(file string, images []PostChange) error {
	v := &preview{cfg: a.cfg, source: a.source}
	for _, c := range images {
		x, err := a.judged(c.index)
		if err != nil {
			return err
		}
		before, after, err := a.masks(x)
		if err != nil {
			return err
		}
		im, err := a.picture(c.index)()
		if err != nil {
			return err
		}
		truth := &raster.Mask{H: im.H, W: im.W, Pix: x.truth}
		v.add(fmt.Sprintf("%s: truth, before (IoU %.3f), after (%.3f), %.2f %% changed: green became right, red wrong", c.ID, c.Before,
			c.After, 100*c.Share), v.panel(im, truth), v.panel(im, before), v.panel(im, after),
			v.panel(report.Changes(im, truth, before, after, a.ignore), nil))
	}
	return raster.WritePNG(file, report.Rows(v.rows))
}

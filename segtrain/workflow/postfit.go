package workflow

import (
	"context"
	"fmt"
	"io"
	"strings"

	"tessera/segtrain/post"
	"tessera/segtrain/raster"
)

// PostFitOptions say what FitPost searches.
type PostFitOptions struct {
	Metric     string   // see post.Metrics
	Background string   // class that gets what others lose; empty: the most probable
	Steps      []string // names; empty: post.Tried
	Out        string   // the file to write; empty: none
	Done       func(done, total int)
}

// A PostFit is what FitPost found.
type PostFit struct {
	*post.Fitted
	Split   string   `json:"split"` // hash of the split that it was fitted on
	Setting []string `json:"post"`  // of the steps that are proposed
	Out     string   `json:"out,omitempty"`
}

// FitPost searches settings of post-processing on the out-of-fold predictions of a finished cross-validation (see post.Fit) and
// writes those that are proposed as a block of a configuration.
func FitPost(ctx context.Context, dir string, po PostFitOptions) (*PostFit, error) {
	o, err := openOutOfFold(dir)
	if err != nil {
		return nil, err
	}
	of := postOf(o.cfg, o.source.classes)
	if len(po.Steps) == 0 {
		po.Steps = post.Tried(of, po.Background)
	}
	done := 0
	count := func(images int) {
		if done += images; po.Done != nil {
			po.Done(done, post.Passes(len(po.Steps))*o.ds.Len())
		}
	}
	fit := post.FitOptions{Of: of, Ignore: ignored(o.cfg), Metric: po.Metric, Background: po.Background, Steps: po.Steps,
		Skipped: func() { count(o.ds.Len()) }}
	r := &PostFit{Split: o.folder.Split, Out: po.Out}
	r.Fitted, err = post.Fit(ctx, fit, o.samples(ctx, func() { count(1) }))
	if err != nil {
		return nil, err
	}
	for _, s := range r.Steps {
		r.Setting = append(r.Setting, post.Text(s))
	}
	if po.Out != "" {
		err = raster.WriteFile(po.Out, func(w io.Writer) error {
			_, err := io.WriteString(w, r.block(dir))
			return err
		})
	}
	return r, err
}

// samples returns what was predicted out of fold as package post takes it; next is called after each.
func (o *outOfFold) samples(ctx context.Context, next func()) post.Source {
	return func(use func(post.Sample) error) error {
		return o.each(ctx, func(x judged) error {
			err := use(post.Sample{Fold: x.fold, Probabilities: x.probabilities, Truth: x.truth, Image: o.picture(x.index)})
			next()
			return err
		})
	}
}

// picture returns what reads an image.
func (o *outOfFold) picture(index int) func() (*raster.Image, error) {
	return func() (*raster.Image, error) {
		im, _, err := o.ds.Load(index)
		return im, err
	}
}

// block returns the steps as a part of a configuration.
func (r *PostFit) block(dir string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Found by segtrain post fit %s on %d images of %d folds.\n", dir, r.Images, r.Folds)
	fmt.Fprintf(&b, "# Mean %s without: %.4f; with, of each fold as fitted on the others: %.4f (%+.4f, 95 %% of it within %+.4f to %+.4f).\n",
		r.Metric, r.Plain, r.Nested, r.Gain, r.Low, r.High)
	fmt.Fprintf(&b, "# On what they were fitted on themselves these settings have %.4f, which says nothing about other images.\n", r.Naive)
	b.WriteString("predict:\n  post:")
	if len(r.Setting) == 0 {
		b.WriteString(" []  # nothing gains more than noise")
	}
	for _, s := range r.Setting {
		b.WriteString("\n    - " + s)
	}
	fmt.Fprintf(&b, "\n  post_split: %s\n", r.Split)
	return b.String()
}

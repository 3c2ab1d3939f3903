// Package predict runs a trained model on pictures and writes what it sees.
//
// A Predictor goes through a data set and gives, for each picture, the class of every pixel at the
// picture's own size: of one look at the whole, of several views of it, or of tiles (see View and Tiling).
// A Writer makes files of that: masks, overlays and probabilities. At no time is more in memory than a few
// batches and a few pictures, however many there are.
package predict

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/nn/decoder"
	"tessera/segtrain/data"
	"tessera/segtrain/gate"
	"tessera/segtrain/metric"
	"tessera/segtrain/post"
	"tessera/segtrain/raster"
)

// A Predictor runs a model on data sets, in inference mode.
type Predictor struct {
	Model         decoder.Model     // of at most 256 classes
	Batch         int               // pictures, or tiles, a forward pass
	Workers       int               // goroutines that decode; 0 is one for each processor
	Probabilities bool              // whether results have them
	NetworkSize   bool              // results are of the data set's size, not of the pictures'
	Precision     kernels.Precision // of the convolutions

	Task       metric.Task // empty is metric.Multiclass
	Thresholds []float64   // of the probabilities where the task has flags: see metric.Limits
	Gate       *gate.Gate  // keeps classes out of masks of pictures that the classification head says not to show them; nil: none
	Post       *post.Chain // what makes the masks of images, at their own size; nil: the most probable class, or Thresholds

	Views  []View  // of test-time augmentation (see ParseViews); none: the picture as it is
	Merge  Merge   // of the views; empty is MeanMerge
	Tiling *Tiling // pictures in tiles, at their own size; nil: whole, at the data set's size

	undecided bool // results have probabilities alone: a member's classes are nobody's

	Progress func(part float64) // told the part of the pictures that is done, now and then; nil: nobody
}

// A Result is what the model sees in one picture, at the size of the picture's file.
type Result struct {
	Index         int           // in the data set
	ID            string        // of the record
	Classes       *raster.Mask  // the most probable class of each pixel, the first among equals; 0 and 1 of a binary task
	Flags         *raster.Flags // of a multilabel task, in the place of Classes
	Probabilities *raster.Float // H×W×classes, nil unless the Predictor was asked for them; the Gate does not change them
	Said          []float32     // what the classification head says: a probability a label, the mean of all views; nil without a head
}

// A Summary counts what a Predictor did.
type Summary struct {
	Images          int     `json:"images"`
	Seconds         float64 `json:"seconds"` // reading, computing and the use of the results
	ImagesPerSecond float64 `json:"images_per_second"`
	Pixels          []int64 `json:"pixels"`       // a class, at the sizes of the pictures
	TotalPixels     int64   `json:"total_pixels"` // of all pictures, whatever their classes
}

// Run calls use for every picture of a data set, in order and never twice at a time, while the next ones
// are computed. The model works at the data set's size, or on tiles; its probabilities are brought back to the
// picture's size, and only then the class is chosen, so outlines are as smooth as the picture allows. Nothing
// depends on Batch, Workers or threads. The data set must not augment; masks are not looked at, but where
// records have them they must be readable.
//
// Errors: a picture that cannot be read, a model that cannot take this size, the error of use, the end of
// ctx. All pictures before it may have been used already.
func (p *Predictor) Run(ctx context.Context, ds *data.Dataset, use func(Result) error) (*Summary, error) {
	begin := time.Now()
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("predicting: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()

	var summary Summary
	var useErr error
	var using sync.WaitGroup
	results := make(chan Result)
	using.Go(func() {
		for r := range results {
			if useErr != nil {
				continue
			}
			if useErr = use(r); useErr != nil {
				stop()
				continue
			}
			if !p.undecided {
				summary.add(r, p.Task)
			}
		}
	})
	classes, err := p.produce(ctx, ds, results)
	close(results)
	using.Wait()
	if useErr != nil {
		return nil, useErr
	}
	if err != nil {
		return nil, err
	}
	if !p.undecided {
		summary.finish(classes, time.Since(begin))
	}
	return &summary, nil
}

// check says what is wrong with the settings.
func (p *Predictor) check() error {
	if p.Batch < 1 {
		return errors.New("batch must be 1 or more")
	}
	return errors.Join(p.Merge.check(), p.Tiling.check())
}

// produce sends the results of all pictures and returns the number of classes.
func (p *Predictor) produce(ctx context.Context, ds *data.Dataset, to chan<- Result) (classes int, err error) {
	mean, std := ds.Normal()
	e := &caster{model: p.Model, precision: p.Precision, task: p.Task, views: p.Views, merge: p.Merge, mean: mean, std: std}
	defer e.free()
	if p.Tiling != nil {
		err = p.tiles(ctx, e, ds, to)
	} else {
		err = p.batches(ctx, e, ds, to)
	}
	return e.classes, err
}

// batches predicts pictures at the data set's size.
func (p *Predictor) batches(ctx context.Context, e *caster, ds *data.Dataset, to chan<- Result) error {
	loader, err := data.NewLoader(ds, data.LoaderOptions{Batch: p.Batch, Workers: p.Workers, Epochs: 1})
	if err != nil {
		return err
	}
	defer loader.Close()
	h, w, c := ds.Shape()
	for ctx.Err() == nil {
		batch, err := loader.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		values, err := e.run(batch.Images, batch.N, h, w, c)
		if err != nil {
			return err
		}
		if err := p.restore(ctx, e, values, batch, ds, to); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// restore brings the probabilities of a batch to the sizes of its pictures and sends them. It takes as many
// at a time as there are workers: at their own size, they are what needs memory.
func (p *Predictor) restore(ctx context.Context, e *caster, values []float32, batch *data.Batch, ds *data.Dataset,
	to chan<- Result) error {
	h, w, _ := ds.Shape()
	size := h * w * e.classes
	group := parallel.Workers()
	results, errs := make([]Result, group), make([]error, group)
	for first := 0; first < batch.N && ctx.Err() == nil; first += group {
		n := min(group, batch.N-first)
		parallel.For(n, func(i, _ int) {
			seen := &raster.Float{H: h, W: w, C: e.classes, Pix: values[(first+i)*size:][:size]}
			results[i], errs[i] = p.result(ds, batch.Indices[first+i], seen, e.saidOf(first+i, batch.N))
		})
		for i, r := range results[:n] {
			if errs[i] != nil {
				return errs[i]
			}
			results[i] = Result{}
			to <- r
			p.progress(float64(r.Index+1), ds)
		}
	}
	return ctx.Err()
}

// progress tells how many pictures are done.
func (p *Predictor) progress(done float64, ds *data.Dataset) {
	if p.Progress != nil {
		p.Progress(done / float64(ds.Len()))
	}
}

// result brings the probabilities of one picture to its size and chooses the classes.
func (p *Predictor) result(ds *data.Dataset, index int, probabilities *raster.Float, said []float32) (Result, error) {
	full := probabilities
	if !p.NetworkSize {
		var err error
		if full, err = ds.Restore(index, probabilities); err != nil {
			return Result{}, err
		}
	}
	r := Result{Index: index, ID: ds.Record(index).ID, Said: said}
	if err := p.masks(&r, full, ds); err != nil {
		return Result{}, err
	}
	if p.Probabilities {
		r.Probabilities = full
		if &full.Pix[0] == &probabilities.Pix[0] { // already at its size: the next batch overwrites it
			r.Probabilities = &raster.Float{H: full.H, W: full.W, C: full.C, Pix: slices.Clone(full.Pix)}
		}
	}
	return r, nil
}

// choose fills in the classes or the flags.
func (p *Predictor) choose(r *Result, full *raster.Float) {
	if !p.Task.Flags() {
		r.Classes = raster.NewMask(full.H, full.W)
		decoder.Argmax(full.C, full.Pix, r.Classes.Pix)
		return
	}
	flags := make([]uint8, len(full.Pix))
	metric.Threshold(metric.Limits(p.Thresholds, full.C), full.Pix, flags)
	if p.Task == metric.Binary {
		r.Classes = &raster.Mask{H: full.H, W: full.W, Pix: flags}
		return
	}
	r.Flags = raster.FlagsOf(full.H, full.W, full.C, flags, -1)
}

// Labels returns the class of each pixel, or the flags of each pixel and class, as package metric takes them.
func (r Result) Labels() (h, w int, labels []uint8) {
	if r.Flags == nil {
		return r.Classes.H, r.Classes.W, r.Classes.Pix
	}
	labels = make([]uint8, r.Flags.H*r.Flags.W*r.Flags.Classes)
	r.Flags.Labels(-1, labels)
	return r.Flags.H, r.Flags.W, labels
}

// add counts a picture.
func (s *Summary) add(r Result, task metric.Task) {
	if s.Pixels == nil {
		s.Pixels = make([]int64, 256)
	}
	h, w, labels := r.Labels()
	for i, label := range labels {
		switch {
		case !task.Flags():
			s.Pixels[label]++
		case r.Flags != nil:
			s.Pixels[i%r.Flags.Classes] += int64(label)
		default:
			s.Pixels[0] += int64(label)
		}
	}
	s.TotalPixels += int64(h * w)
	s.Images++
}

func (s *Summary) finish(classes int, took time.Duration) {
	s.Pixels = s.Pixels[:classes]
	s.Seconds = took.Seconds()
	s.ImagesPerSecond = float64(s.Images) / s.Seconds
}

package data

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"tessera/segtrain/augment"
)

// LoaderOptions says which batches a Loader makes. Training wants Shuffle and DropLast, validation and
// prediction neither, and Epochs 1.
type LoaderOptions struct {
	Batch   int // samples a batch
	Workers int // goroutines that decode and augment, which change no batch; 0 is one for each processor

	Shuffle bool   // a new order each epoch, which depends on Seed and the epoch only
	Seed    uint64 // of the order

	// DropLast leaves out a last batch that is not full. A data set smaller than one batch then fills it by
	// going round several times, in a new order and with new augmentation each time. Without DropLast the
	// last batch has a smaller N.
	DropLast bool

	// Mix makes pictures of several of a batch, keyed by Seed, the epoch and the step. It wants masks.
	Mix []augment.Mixer

	// Blend takes records with labels of models into the batches. It wants Shuffle and DropLast.
	Blend Blend

	Epochs     int // Next gives io.EOF when this epoch is reached, counted from 0; 0 goes on for ever
	StartEpoch int // where to begin, as when a run is resumed
	StartStep  int
}

// Batch is a number of samples. Its slices belong to the loader.
type Batch struct {
	Epoch, Step int
	N           int
	Images      []float32 // N×H×W×C, normalised
	Masks       []uint8   // N×H×W, or N×H×W×Labels; nil where the data set has no masks
	Indices     []int     // of the records
	IDs         []string

	// Where a mixer or a soft label gives pixels two labels, Mixed are the others, as many as Masks, and Share, N×H×W, is that of
	// Masks (see autograd.Target); of soft labels of classes that may overlap each label has one. nil otherwise.
	Mixed []uint8
	Share []float32

	// Where SnapMix mixes, what it does to each picture, and pictures and masks before all mixing. nil otherwise.
	Snaps      []augment.Snap
	FromImages []float32
	FromMasks  []uint8
}

// ring is the number of batches in memory: one with the caller, one ready, one in the making.
const ring = 3

// A Loader makes batches ahead of time. The goroutine that calls Next also calls Close.
type Loader struct {
	ds    *Dataset
	opt   LoaderOptions
	steps int

	weighted bool // some records are seen less often

	free, ready chan *slot
	jobs        chan job
	done        chan struct{}
	goroutines  sync.WaitGroup
	held        *slot
	closed      bool
}

// slot is a batch's memory, used again and again.
type slot struct {
	Batch
	places  []place
	errs    []error
	pending sync.WaitGroup
	mixing  *mixing // nil for none
}

// place is a record in an epoch's order. key is the epoch its augmentation is drawn for.
type place struct{ index, key int }

type job struct {
	slot *slot
	i    int
}

// NewLoader starts the workers. Close must be called to end them.
func NewLoader(ds *Dataset, opt LoaderOptions) (*Loader, error) {
	if opt.Batch < 1 || opt.Workers < 0 || opt.Epochs < 0 || opt.StartEpoch < 0 || opt.StartStep < 0 {
		return nil, fmt.Errorf("loader: batch must be 1 or more, and no other setting negative: %+v", opt)
	}
	if err := opt.Blend.check(ds, opt); err != nil {
		return nil, fmt.Errorf("loader: %w", err)
	}
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	l := &Loader{
		ds: ds, opt: opt, steps: max(1, ds.Len()/opt.Batch),
		free: make(chan *slot, ring), ready: make(chan *slot, ring),
		jobs: make(chan job), done: make(chan struct{}), weighted: opt.Shuffle && ds.weighted(),
	}
	if !opt.DropLast {
		l.steps = (ds.Len() + opt.Batch - 1) / opt.Batch
	}
	if ds.Soft() && augment.Soft(opt.Mix) {
		return nil, errors.New("loader: soft labels are two a pixel already, and MixUp would make them four")
	}
	if len(opt.Mix) > 0 && !ds.Labelled() {
		return nil, errors.New("loader: pictures without masks cannot be mixed")
	}
	for range ring {
		s := newSlot(ds, opt.Batch, ds.Soft() || augment.Soft(opt.Mix))
		s.mixing = newMixing(&s.Batch, ds, opt)
		l.free <- s
	}
	l.goroutines.Go(l.plan)
	for range opt.Workers {
		l.goroutines.Go(l.work)
	}
	return l, nil
}

func newSlot(ds *Dataset, n int, soft bool) *slot {
	s := &slot{errs: make([]error, n)}
	h, w, c := ds.Shape()
	s.Images = make([]float32, n*h*w*c)
	if ds.Labelled() {
		s.Masks = make([]uint8, n*h*w*ds.Labels())
	}
	if soft {
		s.Mixed, s.Share = make([]uint8, len(s.Masks)), make([]float32, n*h*w*ds.Shares())
	}
	s.Indices, s.IDs = make([]int, n), make([]string, n)
	return s
}

// Steps is the number of batches of an epoch.
func (l *Loader) Steps() int { return l.steps }

// Next returns the next batch, which is valid until Next is called again, or io.EOF when the epochs are over
// or the loader is closed. An error is that of the first sample of the batch that could not be made; the
// batch is lost, but Next may be called again.
func (l *Loader) Next() (*Batch, error) {
	if l.closed {
		return nil, io.EOF
	}
	if l.held != nil {
		l.free <- l.held
		l.held = nil
	}
	s, ok := <-l.ready
	if !ok {
		return nil, io.EOF
	}
	s.pending.Wait()
	l.held = s
	for i, err := range s.errs[:s.N] {
		if err != nil {
			return nil, fmt.Errorf("sample %q: %w", s.IDs[i], err)
		}
	}
	return &s.Batch, nil
}

// Close ends the goroutines and waits for them. The last batch is no longer valid.
func (l *Loader) Close() {
	if l.closed {
		return
	}
	l.closed = true
	close(l.done)
	l.goroutines.Wait()
}

// plan hands out batches in order, and their samples to the workers.
func (l *Loader) plan() {
	defer close(l.ready)
	defer close(l.jobs)
	epoch, step := l.opt.StartEpoch+l.opt.StartStep/l.steps, l.opt.StartStep%l.steps
	for ; l.opt.Epochs == 0 || epoch < l.opt.Epochs; epoch++ {
		order := l.order(epoch)
		for ; step < l.steps; step++ {
			first := step * l.opt.Batch
			last := min(first+l.opt.Batch, len(order))
			if !l.begin(epoch, step, order[first:last]) {
				return
			}
		}
		step = 0
	}
}

// begin waits for a free slot and has it filled. It returns false when the loader was closed meanwhile.
func (l *Loader) begin(epoch, step int, places []place) bool {
	var s *slot
	select {
	case s = <-l.free:
	case <-l.done:
		return false
	}
	s.reset(l.ds, epoch, step, places)
	l.ready <- s
	for i := range places {
		select {
		case l.jobs <- job{s, i}:
		case <-l.done:
			return false
		}
	}
	return true
}

func (s *slot) reset(ds *Dataset, epoch, step int, places []place) {
	n := len(places)
	h, w, c := ds.Shape()
	s.Epoch, s.Step, s.N, s.places = epoch, step, n, places
	s.Images, s.Indices, s.IDs = s.Images[:n*h*w*c], s.Indices[:n], s.IDs[:n]
	if s.Masks != nil {
		s.Masks = s.Masks[:n*h*w*ds.Labels()]
	}
	if s.Mixed != nil {
		s.Mixed, s.Share = s.Mixed[:len(s.Masks)], s.Share[:n*h*w*ds.Shares()]
	}
	for i, p := range places {
		s.Indices[i], s.IDs[i], s.errs[i] = p.index, ds.Record(p.index).ID, nil
	}
	s.pending.Add(n)
	s.mixing.begin(n)
}

// order returns the records of an epoch. A set smaller than a batch goes round in laps, each with a key of
// its own.
func (l *Loader) order(epoch int) []place {
	if l.opt.Blend.in(epoch) {
		return l.blended(epoch)
	}
	n, laps := l.ds.Len(), l.laps()
	places := make([]place, 0, laps*n)
	for lap := range laps {
		key := epoch*laps + lap
		if l.weighted {
			places = append(places, l.weightedLap(key, n)...)
			continue
		}
		for _, index := range permutation(l.opt, key, n) {
			places = append(places, place{index, key})
		}
	}
	return places
}

// laps is how often an epoch goes round.
func (l *Loader) laps() int {
	if !l.opt.DropLast {
		return 1
	}
	n := l.ds.Len()
	return (l.opt.Batch + n - 1) / n
}

func permutation(opt LoaderOptions, key, n int) []int {
	if opt.Shuffle {
		return augment.NewRand(keyShuffle, opt.Seed, uint64(key)).Perm(n)
	}
	perm := make([]int, n)
	for i := range perm {
		perm[i] = i
	}
	return perm
}

// work makes samples until there are no more.
func (l *Loader) work() {
	h, w, c := l.ds.Shape()
	labels, shares := h*w*l.ds.Labels(), h*w*l.ds.Shares()
	for j := range l.jobs {
		p := j.slot.places[j.i]
		to := j.slot.mixing.before(&j.slot.Batch)
		image := to.images[j.i*h*w*c:][:h*w*c]
		var mask, second []uint8
		var share []float32
		if to.masks != nil {
			mask = to.masks[j.i*labels:][:labels]
		}
		if to.mixed != nil {
			second, share = to.mixed[j.i*labels:][:labels], to.share[j.i*shares:][:shares]
		}
		j.slot.errs[j.i] = l.ds.sample(p.key, p.index, image, mask, second, share)
		j.slot.mixing.sampled(&j.slot.Batch)
		j.slot.pending.Done()
	}
}

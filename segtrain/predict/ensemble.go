package predict

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tessera/segtrain/data"
	"tessera/segtrain/ensemble"
	"tessera/segtrain/gate"
	"tessera/segtrain/metric"
	"tessera/segtrain/post"
	"tessera/segtrain/raster"
)

// An Ensemble predicts with several models, each on a data set of its own: members may see other sizes, other channels and other
// normalisations of the same pictures. Their probabilities are combined at the pictures' own sizes.
type Ensemble struct {
	Members       []Member
	Combine       ensemble.Combiner // with a weight for each member; Flags is the task's
	Task          metric.Task       // empty is metric.Multiclass
	Thresholds    []float64         // as in Predictor
	Gate          *gate.Gate        // as in Predictor, by the mean of what members' heads say
	Post          *post.Chain       // as in Predictor
	Probabilities bool              // whether results have them

	Progress func(part float64) // as in Predictor: the mean of the members' parts, one call at a time
}

// A Member is a model and the pictures as it sees them.
type Member struct {
	Name      string // for messages
	Predictor *Predictor
	Data      *data.Dataset
}

// Run calls use as Predictor.Run does. Members compute in turn, each a batch, with all workers; a member of weight 0 does not
// compute at all. The result of a single member is its own bit for bit. Results have the indices of the first member's data
// set.
//
// Memory: each member's arena stays, since its program is for its model and its size; beside these there are, a member, as many
// pictures' probabilities at their own sizes as there are workers, and four.
//
// Errors: those of Predictor.Run, with the member's name; data sets that differ in their pictures; members that differ in their
// classes.
func (e *Ensemble) Run(ctx context.Context, use func(Result) error) (*Summary, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	begin := time.Now()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var summary Summary
	var useErr error
	var using sync.WaitGroup
	classes, results := 0, make(chan []Result)
	using.Go(func() { // combining, too, goes on while the next batch is computed
		for list := range results {
			if useErr != nil {
				continue
			}
			r, err := e.result(list)
			if err == nil {
				err = use(r)
			}
			if useErr = err; err != nil {
				stop()
				continue
			}
			classes = list[0].Probabilities.C
			summary.add(r, e.Task)
		}
	})
	err := e.produce(ctx, results)
	close(results)
	using.Wait()
	if useErr != nil {
		return nil, useErr
	}
	if err != nil {
		return nil, err
	}
	summary.finish(classes, time.Since(begin))
	return &summary, nil
}

// check reports what cannot be one ensemble.
func (e *Ensemble) check() error {
	if len(e.Members) == 0 {
		return errors.New("an ensemble without members")
	}
	if err := ensemble.CheckWeights(e.Combine.Weights, len(e.Members)); err != nil {
		return fmt.Errorf("ensemble: %w", err)
	}
	first := e.Members[0]
	for _, m := range e.Members[1:] {
		if m.Data.Len() != first.Data.Len() {
			return fmt.Errorf("%s sees %d pictures, and %s %d", m.Name, m.Data.Len(), first.Name, first.Data.Len())
		}
		for i := range first.Data.Len() {
			if a, b := first.Data.Record(i).ID, m.Data.Record(i).ID; a != b {
				return fmt.Errorf("picture %d of %s is %q, and of %s %q", i, first.Name, a, m.Name, b)
			}
		}
	}
	return nil
}

// counting returns the members that have a weight.
func (e *Ensemble) counting() (list []Member, weights []float64) {
	for i, m := range e.Members {
		if w := e.Combine.Weights[i]; w > 0 {
			list, weights = append(list, m), append(weights, w)
		}
	}
	return list, weights
}

// produce sends what the members see, picture by picture.
func (e *Ensemble) produce(ctx context.Context, to chan<- []Result) error {
	members, _ := e.counting()
	if e.Progress != nil {
		members = telling(members, e.Progress)
	}
	return InTurn(ctx, members, func(list []Result) error {
		select {
		case to <- list:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

// telling returns members that tell how much all of them have done.
func telling(members []Member, tell func(part float64)) []Member {
	var mu sync.Mutex
	parts := make([]float64, len(members))
	list := slices.Clone(members)
	for i, m := range members {
		p := *m.Predictor
		p.Progress = func(part float64) {
			mu.Lock()
			defer mu.Unlock()
			parts[i] = part
			sum := 0.0
			for _, x := range parts {
				sum += x
			}
			tell(sum / float64(len(parts)))
		}
		list[i].Predictor = &p
	}
	return list
}

// InTurn calls use with the probabilities of all members for a picture, at its own size, picture by picture: classes are not
// chosen. Members have data sets of the same pictures and compute in turn, each a batch, with all workers. Results are use's to
// change. An error of use ends it.
func InTurn(ctx context.Context, members []Member, use func([]Result) error) error {
	ctx, stop := context.WithCancel(ctx)
	var streams []*stream
	defer func() { // all have ended before their memory is anyone else's
		stop()
		for _, s := range streams {
			<-s.ended
		}
	}()
	for _, m := range members {
		p := *m.Predictor
		p.Probabilities, p.NetworkSize, p.Post, p.undecided = true, false, nil, true
		streams = append(streams, newStream(ctx, p.Batch, m.Data.Len(), func(ctx context.Context, use func(Result) error) error {
			_, err := p.Run(ctx, m.Data, use)
			return err
		}))
	}
	for range members[0].Data.Len() {
		list := make([]Result, len(streams))
		for i, s := range streams {
			r, ok := s.next()
			if !ok {
				<-s.ended
				return fmt.Errorf("%s: %w", members[i].Name, s.err)
			}
			list[i] = r
		}
		if err := use(list); err != nil {
			return err
		}
	}
	return nil
}

// result combines what members see in one picture, in the place of the first one's probabilities, and chooses the classes.
func (e *Ensemble) result(list []Result) (Result, error) {
	members, weights := e.counting()
	first := list[0].Probabilities
	parts := make([][]float32, len(list))
	for i, r := range list {
		p := r.Probabilities
		if p.H != first.H || p.W != first.W || p.C != first.C {
			return Result{}, fmt.Errorf("%s: %s gives %d×%d×%d, and %s %d×%d×%d",
				r.ID, members[0].Name, first.H, first.W, first.C, members[i].Name, p.H, p.W, p.C)
		}
		parts[i] = p.Pix
	}
	if len(list) > 1 {
		c := ensemble.Combiner{Method: e.Combine.Method, Flags: e.Task.Flags(), Weights: weights}
		c.Combine(first.C, parts, first.Pix)
	}
	r := Result{Index: list[0].Index, ID: list[0].ID, Said: saidByAll(list, weights)}
	chooser := Predictor{Task: e.Task, Thresholds: e.Thresholds, Gate: e.Gate, Post: e.Post}
	if err := chooser.masks(&r, first, members[0].Data); err != nil {
		return Result{}, err
	}
	if e.Probabilities {
		r.Probabilities = first
	}
	return r, nil
}

// NewResult chooses the classes, or the flags, of probabilities as a Predictor does: for those who have them from elsewhere.
func NewResult(task metric.Task, thresholds []float64, p *raster.Float) (r Result) {
	(&Predictor{Task: task, Thresholds: thresholds}).choose(&r, p)
	return r
}

package predict

import "context"

// A stream is the results of one Predictor, one at a time when they are asked for.
//
// A Predictor computes its next batch as soon as the last result of the one before is taken out of its hands. Several of them
// would so compute at once, each with all workers. Therefore a stream that gives the last but one of a batch takes the last one
// too, and waits until the next batch is computed: then the Predictor stands still until it is asked again. With batches of one
// picture there is no last but one, and two members may overlap. Whatever a Predictor does, nothing waits for what does not come.
type stream struct {
	ready   chan struct{} // a result is there to be taken
	results chan Result
	ended   chan struct{} // the Predictor is done
	err     error         // to be read after ended

	batch, total int
	taken        int      // results that were taken from the Predictor
	kept         []Result // of these, what nobody has asked for yet
	waiting      bool     // ready was read, and the result not taken
}

// newStream starts a Predictor's run over total pictures and returns when its first result is there.
func newStream(ctx context.Context, batch, total int, run func(context.Context, func(Result) error) error) *stream {
	s := &stream{
		ready: make(chan struct{}), results: make(chan Result), ended: make(chan struct{}), batch: batch, total: total,
	}
	go func() {
		defer close(s.ended)
		s.err = run(ctx, func(r Result) error {
			select {
			case s.ready <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			select {
			case s.results <- r:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	s.wait()
	return s
}

// next returns the next result; false means that the run has ended, and err says how.
func (s *stream) next() (Result, bool) {
	if len(s.kept) == 0 && !s.take() {
		return Result{}, false
	}
	if s.batch > 1 && s.endsBatch(s.taken+1) && s.take() {
		s.wait()
	}
	r := s.kept[0]
	s.kept = s.kept[:copy(s.kept, s.kept[1:])]
	return r, true
}

// endsBatch tells whether the n-th result, counted from 1, is the last of a batch.
func (s *stream) endsBatch(n int) bool { return n%s.batch == 0 || n == s.total }

// wait returns when there is a result to take, and false when there will be none.
func (s *stream) wait() bool {
	if s.waiting {
		return true
	}
	select {
	case <-s.ready:
		s.waiting = true
	case <-s.ended:
	}
	return s.waiting
}

// take moves a result from the Predictor to what is kept.
func (s *stream) take() bool {
	if !s.wait() {
		return false
	}
	s.waiting = false
	select {
	case r := <-s.results:
		s.kept = append(s.kept, r)
		s.taken++
		return true
	case <-s.ended:
		return false
	}
}

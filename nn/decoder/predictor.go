package decoder

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"tessera/autograd"
	"tessera/tensor"
)

// A Predictor computes the logits of a model for pictures of one shape, from many goroutines at once: what a server
// needs. Everything that depends on weights and shapes alone is prepared before the first call, and a call allocates
// nothing.
//
// Calls share programs, each of which has the memory of one inference and of one set of prepared weights (Bytes).
// There is one at first, with which calls take turns, every one of them on all cores: pictures wait, but not long.
// With more (Reserve) as many calls run at once; one of them has the cores and the others a goroutine each, which
// pays where pictures are small or cores are many. Either way a call gives the same bits as alone.
//
// The weights must not change during a Predictor's life. Free gives the memory back.
type Predictor struct {
	model  Model
	images tensor.Shape
	logits tensor.Shape

	mu       sync.Mutex
	returned sync.Cond
	idle     []*program
	programs int // all, idle or at work
	freed    bool
	bytes    int64 // of one
}

// A program is a model recorded for one shape.
type program struct {
	tape           *autograd.Tape
	images, logits *autograd.Var
}

// NewPredictor prepares a model for pictures of shape s [N, H, W, C]. A shape that the model cannot take, and a lack of
// memory, are errors.
func NewPredictor(model Model, s tensor.Shape) (*Predictor, error) {
	p := &Predictor{model: model, images: s}
	p.returned.L = &p.mu
	if err := p.Reserve(1); err != nil {
		return nil, err
	}
	p.logits, p.bytes = p.idle[0].logits.Shape, p.idle[0].tape.Bytes()
	return p, nil
}

// Reserve sees to it that n calls can run at once, if they cannot yet. A lack of memory is an error, and what was there
// before stays.
func (p *Predictor) Reserve(n int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.freed {
		return errFreed
	}
	for p.programs < n {
		g, err := newProgram(p.model, p.images)
		if err != nil {
			return err
		}
		p.programs++
		p.idle = append(slices.Grow(p.idle, p.programs), g) // room for all: giveBack must not allocate
		p.returned.Signal()
	}
	return nil
}

// newProgram records and plans a model, and runs it once to prepare the weights and to touch the memory.
func newProgram(model Model, s tensor.Shape) (*program, error) {
	g := &program{tape: autograd.NewTape(autograd.Inference)}
	g.tape.FixedWeights = true
	err := autograd.Catch(func() {
		g.images = g.tape.Input(s)
		g.logits = g.tape.Output(model.Forward(g.tape, g.images))
	})
	if err != nil {
		return nil, fmt.Errorf("the model cannot take pictures of %s: %w", s, err)
	}
	if err := g.tape.Plan(); err != nil {
		return nil, err
	}
	g.tape.Forward()
	return g, nil
}

// Images returns the shape of the pictures.
func (p *Predictor) Images() tensor.Shape { return p.images }

// Logits returns the shape of the logits, [N, H, W, classes].
func (p *Predictor) Logits() tensor.Shape { return p.logits }

// Bytes returns the memory of the programs there are, weights of the model not included.
func (p *Predictor) Bytes() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int64(p.programs) * p.bytes
}

// Run writes the logits of images, shaped as Images and Logits say. It waits while as many calls run as there are
// programs. Slices of another length, and a Predictor that was freed, are errors.
func (p *Predictor) Run(images, logits []float32) error {
	if len(images) != p.images.Size() || len(logits) != p.logits.Size() {
		return fmt.Errorf("a predictor of %s: %d numbers of pictures and %d of logits given, want %d and %d",
			p.images, len(images), len(logits), p.images.Size(), p.logits.Size())
	}
	g := p.take()
	if g == nil {
		return errFreed
	}
	defer p.giveBack(g)
	g.images.Set(images)
	g.tape.Forward()
	copyPieces(logits, g.logits.Value())
	return nil
}

// copyPiece is how many floats are copied at once, some tens of microseconds: the garbage collector cannot interrupt
// a copy.
const copyPiece = 64 << 10

func copyPieces(to, from []float32) {
	for len(from) > 0 {
		n := copy(to, from[:min(copyPiece, len(from))])
		to, from = to[n:], from[n:]
	}
}

// take waits for an idle program. It returns nil if the Predictor is freed.
func (p *Predictor) take() *program {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) == 0 && !p.freed {
		p.returned.Wait()
	}
	if p.freed {
		return nil
	}
	last := len(p.idle) - 1
	g := p.idle[last]
	p.idle = p.idle[:last]
	return g
}

func (p *Predictor) giveBack(g *program) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.freed {
		g.tape.Free()
		return
	}
	p.idle = append(p.idle, g)
	p.returned.Signal()
}

var errFreed = errors.New("the predictor was freed")

// Free gives the memory back. Calls that run now end well, waiting and later ones with an error.
func (p *Predictor) Free() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.freed = true
	for _, g := range p.idle {
		g.tape.Free()
	}
	p.idle, p.programs = nil, 0
	p.returned.Broadcast()
}

package train

import (
	"log"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/augment"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/synth"
)

// drawn is the folder of the pictures that all tests train on.
var drawn string

const (
	side    = 16
	perSet  = 12 // pictures to train on
	batch   = 4
	classes = 6
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "train")
	if err != nil {
		log.Fatal(err)
	}
	drawn = dir
	if err := synth.Write(dir, perSet+3, side, side, 1, nil); err != nil {
		log.Fatal(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// sets returns the pictures to train on, flipped at random, and three to validate on.
func sets(t testing.TB) (train, val *data.Dataset) {
	t.Helper()
	m, err := data.Scan(filepath.Join(drawn, "images"), filepath.Join(drawn, "masks"), data.ScanOptions{})
	require.NoError(t, err)
	opt := options()
	val, err = data.NewDataset(m[perSet:], opt)
	require.NoError(t, err)
	opt.Augment = augment.HorizontalFlip{P: 0.5}
	train, err = data.NewDataset(m[:perSet], opt)
	require.NoError(t, err)
	return train, val
}

func options() data.Options {
	return data.Options{H: side, W: side, C: 3, Seed: 5, CacheBytes: 1 << 20,
		MaskCode: raster.MaskCode{Coding: raster.IndexCode, Classes: classes, Ignore: -1}}
}

// tiny is a model with everything that a snapshot has to hold: running statistics, a counter, and
// drop-connect, whose draws are keyed by the step.
type tiny struct {
	Stem *nn.Conv2D    `name:"stem"`
	BN   *nn.BatchNorm `name:"bn"`
	Body *nn.Conv2D    `name:"body"`
	Head *nn.Conv2D    `name:"head"`
}

func newTiny(width int) *tiny {
	rng := nn.NewRand(3)
	conv := func(ic, oc int, bias nn.Init) *nn.Conv2D {
		return nn.NewConv2D(rng, ic, oc, nn.ConvOptions{Kernel: 3, Pad: nn.Pad(1), BiasInit: bias})
	}
	return &tiny{conv(3, width, nil), nn.NewBatchNorm(width, 1e-5, 0.1, autograd.WithReLU),
		conv(width, width, nil), conv(width, classes, nn.Zero)}
}

func (m *tiny) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	x = m.BN.Forward(t, m.Stem.Forward(t, x))
	x = autograd.Add(t, autograd.DropConnect(t, m.Body.Forward(t, x), 0.5), x)
	return m.Head.Forward(t, x)
}

// steps is the length of the runs: two epochs of three steps and the beginning of a third.
const steps = 8

// newTrainer returns a run of a fresh model into dir.
func newTrainer(t testing.TB, dir string) *Trainer {
	t.Helper()
	model := newTiny(8)
	train, val := sets(t)
	l := loss.CrossEntropy{Ignore: autograd.NoIgnore}
	eval := &Evaluator{Model: model, Loss: l, Classes: synth.Names(), Ignore: autograd.NoIgnore, Batch: 2, Workers: 1}
	return &Trainer{
		Model: model, Loss: l, Train: train, Val: val,
		Optimizer: optim.NewAdamW(nn.Params(model), optim.DefaultAdamW),
		Schedule:  optim.Warmup(2, optim.Cosine(1e-2, 0, steps-2)),
		Eval:      eval,
		Steps:     steps, Batch: batch, Workers: 2, Seed: 9, ClipNorm: 1, ValEvery: 1,
		Score: func(e *Evaluation) float64 { return -e.Loss },
		Dir:   dir, Best: "best.safetensors", Last: "last.safetensors",
		Observe: &watch{},
	}
}

// watch is an Observer that keeps all events and calls what is set.
type watch struct {
	steps     []StepEvent
	epochs    []EpochEvent
	averages  []AverageEvent
	snapshots [][2]int // step, and epochs heard of before
	step      func(StepEvent) error
	epoch     func(EpochEvent) error
	snapshot  func(step int) error
}

func (w *watch) Step(e StepEvent) error {
	w.steps = append(w.steps, e)
	if w.step != nil {
		return w.step(e)
	}
	return nil
}

func (w *watch) Epoch(e EpochEvent) error {
	w.epochs = append(w.epochs, e)
	if w.epoch != nil {
		return w.epoch(e)
	}
	return nil
}

func (w *watch) Snapshot(step int) error {
	w.snapshots = append(w.snapshots, [2]int{step, len(w.epochs)})
	if w.snapshot != nil {
		return w.snapshot(step)
	}
	return nil
}

func (w *watch) Average(e AverageEvent) error {
	w.averages = append(w.averages, e)
	return nil
}

func read(t testing.TB, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(t, err)
	return b
}

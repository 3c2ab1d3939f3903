package train

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/synth"
	"tessera/tensor"
)

// pyramid is an encoder of three strided convolutions with normalisations.
type pyramid struct {
	Convs []*nn.Conv2D    `name:"convs"`
	Norms []*nn.BatchNorm `name:"norms"`
}

func newPyramid(rng *rand.Rand) *pyramid {
	p := &pyramid{}
	in := 3
	for _, out := range p.Channels() {
		o := nn.ConvOptions{Kernel: 3, Stride: 2, Pad: nn.Pad(1)}
		p.Convs = append(p.Convs, nn.NewConv2D(rng, in, out, o))
		p.Norms = append(p.Norms, nn.NewBatchNorm(out, 1e-5, 0.1, autograd.WithSiLU))
		in = out
	}
	return p
}

func (p *pyramid) Channels() []int { return []int{4, 6, 8} }

func (p *pyramid) Forward(t *autograd.Tape, x *autograd.Var) (list []*autograd.Var) {
	for i, c := range p.Convs {
		x = nn.ConvNorm(t, x, c, p.Norms[i])
		list = append(list, x)
	}
	return list
}

// newHeadsTrainer returns a run with everything beside the masks: a classification head, deep supervision, a stem, and an
// encoder that is frozen for four steps.
func newHeadsTrainer(t testing.TB, dir string) *Trainer {
	t.Helper()
	const frozen = 4
	rng := nn.NewRand(3)
	settings, err := decoder.Defaults("unet")
	require.NoError(t, err)
	require.NoError(t, settings.SetChannels([]int{8, 6, 4}))
	m, err := decoder.New("unet", rng, newPyramid(rng), decoder.Options{
		Classes: classes, Settings: settings, Downscale: 3, Aux: &decoder.AuxParams{Classes: classes, Dropout: 0.2},
	})
	require.NoError(t, err)
	deep, err := decoder.NewDeepHeads(rng, m)
	require.NoError(t, err)
	tr := newTrainer(t, dir)
	tr.Model, tr.Eval.Model = m, m
	tr.Heads = Heads{Deep: deep, Aux: &Aux{Weight: 0.5, Classes: synth.Names(), Ignore: autograd.NoIgnore}}
	tr.Eval.Heads = tr.Heads
	params := nn.Params(tr.Heads.With(m))
	opt := optim.NewAdamW(params, optim.DefaultAdamW)
	opt.Group(optim.Grouping{EncoderRate: 1, LayerDecay: 1, DecayVectors: true, EncoderFrom: frozen}.Factors(params))
	tr.Optimizer, tr.Freeze = opt, Freeze{Part: m.Encoder, Steps: frozen}
	return tr
}

func TestHeadsAndFrozenEncoderResumeToTheSameBits(t *testing.T) {
	want := t.TempDir()
	wantP, wantW := finish(t, newHeadsTrainer(t, want), false)
	require.NotNil(t, wantW.epochs[2].Evaluation.Labels)
	for _, k := range []int{1, 3, 4, 5} {
		dir := t.TempDir()
		tr := newHeadsTrainer(t, dir)
		interrupt(t, tr, k)
		gotP, w := finish(t, newHeadsTrainer(t, dir), true)
		sameEnd(t, want, dir, wantP, gotP)
		assert.Equal(t, wantW.epochs[2].Evaluation.Labels.String(), w.epochs[len(w.epochs)-1].Evaluation.Labels.String())
	}
}

// TestFrozenEncoderStaysUntilItsTime looks at the weights at the end of the first epoch and of the run.
func TestFrozenEncoderStaysUntilItsTime(t *testing.T) {
	tr := newHeadsTrainer(t, t.TempDir())
	m := tr.Model.(*decoder.SegmentationModel)
	before, decoderBefore := checkpoint.Entries(m.Encoder), checkpoint.Entries(m.Decoder)
	tr.Observe.(*watch).step = func(e StepEvent) error {
		for i, now := range checkpoint.Entries(m.Encoder) {
			if e.Step <= 4 {
				require.Equal(t, before[i].Data, now.Data, "step %d: %s", e.Step, now.Name)
			} else {
				require.NotEqual(t, before[i].Data, now.Data, "step %d: %s", e.Step, now.Name)
			}
		}
		return nil
	}
	finish(t, tr, false)
	for i, now := range checkpoint.Entries(m.Decoder) {
		assert.NotEqual(t, decoderBefore[i].Data, now.Data, now.Name)
	}
	for _, p := range nn.Params(m.Encoder) {
		assert.False(t, p.Frozen, p.Name)
	}
}

// TestCheckpointsHoldNoDeepHeads loads the best weights into a model that never heard of deep supervision.
func TestCheckpointsHoldNoDeepHeads(t *testing.T) {
	dir := t.TempDir()
	tr := newHeadsTrainer(t, dir)
	heads := checkpoint.Entries(tr.Heads.Deep)
	require.Len(t, heads, 2)
	require.Equal(t, "deep_supervision.0.weight", heads[0].Name)
	finish(t, tr, false)
	for i, now := range checkpoint.Entries(tr.Heads.Deep) {
		assert.NotEqual(t, heads[i].Data, now.Data, "%s learns", now.Name)
	}
	plain := newHeadsTrainer(t, t.TempDir()).Model
	require.NoError(t, checkpoint.Load(tr.path("best.safetensors"), plain))
	state, _, err := checkpoint.ReadFile(tr.path(StateFile))
	require.NoError(t, err)
	var names []string
	for _, e := range state {
		names = append(names, e.Name)
	}
	assert.Contains(t, names, "model.deep_supervision.0.weight")
}

func TestLabelsComeFromMasks(t *testing.T) {
	a := Aux{Classes: []string{"a", "b", "c"}, MinShare: 0.25, Ignore: 9}
	to := make([]uint8, 9)
	a.label([]string{"x", "y", "z"}, []uint8{
		0, 0, 0, 1, 9, 9, 9, 9, // one of four is enough
		0, 0, 0, 0, 0, 2, 2, 1, // one of eight is not
		9, 9, 9, 9, 9, 9, 9, 9,
	}, to)
	assert.Equal(t, []uint8{1, 1, 0, 1, 0, 1, Unknown, Unknown, Unknown}, to)
	a.MinShare = 0
	a.label([]string{"y"}, []uint8{0, 0, 0, 0, 0, 2, 2, 1}, to)
	assert.Equal(t, []uint8{1, 1, 1}, to[:3])
	a.Known = func(id string) []uint8 { return []uint8{0, Unknown, 1} }
	a.label([]string{"y"}, []uint8{0, 0}, to)
	assert.Equal(t, []uint8{0, Unknown, 1}, to[:3])
}

// TestLossesAddUp validates with and without heads.
func TestLossesAddUp(t *testing.T) {
	tr := newHeadsTrainer(t, t.TempDir())
	l := loss.CrossEntropy{Ignore: autograd.NoIgnore}
	value := func(h Heads, known uint8) float64 {
		tape := autograd.NewTape(autograd.Inference)
		x := tape.Input(tensor.Dims(2, side, side, 3))
		target := tape.Labels(tensor.Dims(2, side, side))
		r := h.record(tape, tr.Model, x, l, autograd.NewTarget(target))
		y := tape.Output(r.loss)
		require.NoError(t, tape.Plan())
		defer tape.Free()
		for i := range x.Value() {
			x.Value()[i] = float32(i%11)/5 - 1
		}
		if r.truth != nil {
			for i := range r.truth.Indices {
				r.truth.Indices[i] = known
			}
		}
		tape.Forward()
		return float64(y.Value()[0])
	}
	plain := value(Heads{}, 0)
	assert.InDelta(t, plain, value(Heads{Deep: tr.Heads.Deep}, 0), 1e-7, "inner stages have no say in a validation")
	aux := *tr.Heads.Aux
	assert.InDelta(t, plain, value(Heads{Aux: &aux}, Unknown), 1e-7)
	half := value(Heads{Aux: &aux}, 1) - plain
	require.Greater(t, half, 0.01)
	aux.Weight = 1
	assert.InDelta(t, 2*half, value(Heads{Aux: &aux}, 1)-plain, 1e-6)
}

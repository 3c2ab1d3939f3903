package train

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/golden"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/nn/loss"
	"tessera/tensor"
)

// TestHeadsAgreeWithPyTorch compares the loss and all gradients of a classification head, of deep supervision and of the decoder
// above a frozen encoder with those of segmentation_models_pytorch.
func TestHeadsAgreeWithPyTorch(t *testing.T) {
	var file golden.HeadsFile
	golden.Load(t, "heads.json", &file)
	n, h, w := file.Input[0], file.Input[1], file.Input[2]
	for _, want := range file.Cases {
		t.Run(want.Arch, func(t *testing.T) {
			m, heads := goldenHeads(t, want.Arch, file)
			defer nn.Freeze(m.Encoder)()
			tape := autograd.NewTape(autograd.Training)
			tape.Poison = true
			defer tape.Free()
			x, target := tape.Input(tensor.Dims(n, h, w, 3)), tape.Labels(tensor.Dims(n, h, w))
			r := heads.record(tape, m, x, loss.CrossEntropy{Ignore: file.Classes}, autograd.NewTarget(target))
			tape.Output(r.loss)
			require.NoError(t, tape.Plan())
			pictures := tensor.Of(tensor.Dims(n, 3, h, w), golden.Pictures(want.First, n, 3, h, w))
			x.Set(tensor.Permute(pictures, "NCHW", "NHWC").Data)
			for i, class := range golden.Labels(n, h, w, file.Classes) {
				target.Indices[i] = uint8(class)
			}
			heads.Aux.label(make([]string, n), target.Indices, r.truth.Indices)
			for i, label := range want.Labels {
				require.EqualValues(t, label, r.truth.Indices[i])
			}
			tape.Forward()
			var value golden.Worst
			value.See("loss", math.Abs(float64(r.loss.Value()[0])-want.Loss)/want.Loss, 1e-5)
			value.Report(t, "heads on "+want.Arch, "loss, relative", golden.SMP)
			tape.Backward(r.loss, 1)
			checkHeads(t, want.Arch, want.Gradients, heads.With(m))
		})
	}
}

// goldenHeads makes a model of the golden with its heads.
func goldenHeads(t *testing.T, arch string, file golden.HeadsFile) (*decoder.SegmentationModel, Heads) {
	t.Helper()
	e, err := encoder.New("efficientnet-b0", nil, encoder.Options{})
	require.NoError(t, err)
	m, err := decoder.New(arch, nil, e, decoder.Options{Classes: file.Classes, Aux: &decoder.AuxParams{Classes: file.Classes}})
	require.NoError(t, err)
	deep, err := decoder.NewDeepHeads(nil, m)
	require.NoError(t, err)
	heads := Heads{Deep: deep, Aux: &Aux{Weight: float32(file.AuxWeight), MinShare: file.MinShare, Ignore: file.Classes,
		Classes: make([]string, file.Classes)}}
	all := heads.With(m)
	entries := checkpoint.Entries(all)
	for i, e := range entries {
		values := golden.Weights(e.Name, e.Shape)
		if e.DType == "I64" {
			entries[i] = checkpoint.NewInt64s(e.Name, e.Shape, []int64{int64(values[0])})
		} else {
			entries[i] = checkpoint.NewFloat32s(e.Name, e.Shape, values)
		}
	}
	require.NoError(t, checkpoint.Assign(all, entries))
	params := map[string]*autograd.Param{}
	for _, p := range nn.Params(all) {
		params[p.Name] = p
	}
	for name, p := range params {
		scale := params[strings.TrimSuffix(name, "bias")+"weight"]
		if strings.HasPrefix(name, "decoder.") && strings.HasSuffix(name, ".bias") && scale.Value.Shape.Rank() == 1 {
			for i, v := range p.Value.Data {
				p.Value.Data[i] = v + float32(math.Copysign(3, float64(v)))
			}
		}
	}
	return m, heads
}

// checkHeads asks for a thousandth of the norm of each gradient, as nn/decoder does, and for none of what is frozen.
func checkHeads(t *testing.T, arch string, want map[string][]float64, all any) {
	t.Helper()
	axes := map[string]string{"HWIO": "OIHW", "HWC": "CHW", "C": "C", "IO": "OI"}
	var worst golden.Worst
	largest, seen := 0.0, 0
	for _, g := range want {
		largest = max(largest, g[0])
	}
	for _, p := range nn.Params(all) {
		g, ok := want[p.Name]
		if !ok {
			assert.True(t, p.Frozen, "%s learns here only", p.Name)
			assert.Equal(t, make([]float32, len(p.Grad.Data)), p.Grad.Data, p.Name)
			continue
		}
		seen++
		got, sum := tensor.Permute(p.Grad, p.Axes, axes[p.Axes]).Data, 0.0
		for i, projection := range g[2:] {
			dot := -projection
			for k, d := range golden.Direction(fmt.Sprintf("%s.direction.%d", p.Name, i), len(got)) {
				dot += d * float64(got[k])
			}
			sum += dot * dot
		}
		off := math.Sqrt(3 * sum / float64(len(g)-2))
		if g[0] > 1e-6*largest { // others ought to be zero, and are rounding
			worst.See(p.Name, off/g[0], 1e-3)
		}
	}
	assert.Equal(t, len(want), seen, "gradients compared")
	worst.Report(t, "heads on "+arch, "gradients above a frozen encoder, by their norm", golden.SMP)
}

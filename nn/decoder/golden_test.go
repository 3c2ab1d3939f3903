package decoder_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
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
	"tessera/tensor"
)

// goldenClasses are those of tools/golden/decoders.py.
const goldenClasses = 5

// A variant gives a model of the goldens its settings, where they are not the defaults.
type variant func(s decoder.Settings, o *decoder.Options)

// with returns a variant that changes the settings of an architecture.
func with[S decoder.Settings](change func(s S)) variant {
	return func(s decoder.Settings, _ *decoder.Options) { change(s.(S)) }
}

// variants lists the models of the goldens by architecture and name, as MODELS of tools/golden/decoders.py does.
var variants = map[string]map[string]variant{
	"unet": {
		"unet": nil,
		"unet_scse": func(s decoder.Settings, o *decoder.Options) {
			s.(*decoder.UnetSettings).Attention = "scse"
			o.Aux = &decoder.AuxParams{Classes: 4, Pooling: "max"}
		},
		"unet_identity": with(func(s *decoder.UnetSettings) { s.Norm, s.Interpolation = "identity", "bilinear" }),
		"unet_depth3": with(func(s *decoder.UnetSettings) {
			s.EncoderDepth, s.Channels, s.Attention = 3, []int{48, 32, 16}, "scse"
		}),
		"unet_resnet18": nil,
	},
	"unetplusplus": {
		"unetplusplus": nil,
		"unetplusplus_scse": with(func(s *decoder.UnetPlusPlusSettings) {
			s.EncoderDepth, s.Channels, s.Attention = 3, []int{48, 32, 16}, "scse"
		}),
		"unetplusplus_resnet18": nil,
	},
	"manet": {
		"manet":          nil,
		"manet_bilinear": with(func(s *decoder.MAnetSettings) { s.PABChannels, s.Interpolation = 16, "bilinear" }),
		"manet_resnet18": nil,
	},
	"linknet": {
		"linknet":          nil,
		"linknet_identity": with(func(s *decoder.LinknetSettings) { s.EncoderDepth, s.Norm = 4, "identity" }),
		"linknet_resnet18": nil,
	},
	"fpn": {
		"fpn": with(func(s *decoder.FPNSettings) { s.Dropout = 0 }),
		"fpn_cat": func(s decoder.Settings, o *decoder.Options) {
			f := s.(*decoder.FPNSettings)
			f.Dropout, f.MergePolicy, f.Interpolation = 0, "cat", "bilinear"
			o.Aux = &decoder.AuxParams{Classes: 4, Pooling: "max"}
		},
		"fpn_resnet18": with(func(s *decoder.FPNSettings) { s.Dropout = 0 }),
	},
	"pspnet": {
		"pspnet": with(func(s *decoder.PSPNetSettings) { s.Dropout = 0 }),
		"pspnet_depth5": with(func(s *decoder.PSPNetSettings) {
			s.Dropout, s.EncoderDepth, s.Norm = 0, 5, "identity"
		}),
		"pspnet_resnet18": with(func(s *decoder.PSPNetSettings) { s.Dropout = 0 }),
	},
	"deeplabv3": {
		"deeplabv3": with(func(s *decoder.DeepLabV3Settings) { s.ASPPDropout = 0 }),
		"deeplabv3_separable": with(func(s *decoder.DeepLabV3Settings) {
			s.ASPPDropout, s.OutputStride, s.ASPPSeparable, s.Channels = 0, 16, true, 48
		}),
		"deeplabv3_resnet18": with(func(s *decoder.DeepLabV3Settings) { s.ASPPDropout = 0 }),
	},
	"deeplabv3plus": {
		"deeplabv3plus": with(func(s *decoder.DeepLabV3PlusSettings) { s.ASPPDropout = 0 }),
		"deeplabv3plus_stride8": with(func(s *decoder.DeepLabV3PlusSettings) {
			s.ASPPDropout, s.OutputStride, s.ASPPSeparable, s.Channels = 0, 8, false, 48
		}),
		"deeplabv3plus_resnet18": with(func(s *decoder.DeepLabV3PlusSettings) { s.ASPPDropout = 0 }),
	},
	"pan": {
		"pan": nil,
		"pan_stride32": with(func(s *decoder.PANSettings) {
			s.EncoderDepth, s.OutputStride, s.Interpolation = 4, 32, "nearest"
		}),
		"pan_resnet18": nil,
	},
	"upernet": {
		"upernet": with(func(s *decoder.UPerNetSettings) { s.Channels = 64 }),
		"upernet_identity": with(func(s *decoder.UPerNetSettings) {
			s.EncoderDepth, s.Channels, s.Norm = 4, 32, "identity"
		}),
		"upernet_resnet18": with(func(s *decoder.UPerNetSettings) { s.Channels = 32 }),
	},
	"segformer": {
		"segformer": nil,
		"segformer_depth4": func(s decoder.Settings, o *decoder.Options) {
			f := s.(*decoder.SegformerSettings)
			f.EncoderDepth, f.Channels = 4, 64
			o.Aux = &decoder.AuxParams{Classes: 4, Pooling: "max"}
		},
		"segformer_resnet18": nil,
	},
}

// eachGolden calls test for every model of the goldens, without weights.
func eachGolden(t *testing.T, test func(t *testing.T, want golden.DecoderModel, m *decoder.SegmentationModel)) {
	t.Helper()
	for arch, models := range variants {
		var file golden.Decoders
		golden.Load(t, "decoders_"+arch+".json", &file)
		assert.Equal(t, len(models), len(file.Models), arch)
		for _, want := range file.Models {
			t.Run(want.Name, func(t *testing.T) {
				change, ok := models[want.Name]
				require.True(t, ok, "no line in variants")
				test(t, want, newGolden(t, arch, want.Encoder, change))
			})
		}
	}
}

// newGolden makes a model with fresh weights that drops nothing.
func newGolden(t *testing.T, arch, encoderName string, change variant) *decoder.SegmentationModel {
	t.Helper()
	s, err := decoder.Defaults(arch)
	require.NoError(t, err)
	o := decoder.Options{Classes: goldenClasses, Settings: s}
	if change != nil {
		change(s, &o)
	}
	depth, stride := s.Encoder()
	e, err := encoder.New(encoderName, nil, encoder.Options{Depth: depth, OutputStride: stride})
	require.NoError(t, err)
	m, err := decoder.New(arch, nil, e, o)
	require.NoError(t, err)
	return m
}

// fill gives a model the golden weights.
func fill(t *testing.T, model any, gain float64) {
	t.Helper()
	entries := checkpoint.Entries(model)
	for i, e := range entries {
		values := golden.WeightsOf(e.Name, e.Shape, gain)
		if e.DType == "I64" {
			entries[i] = checkpoint.NewInt64s(e.Name, e.Shape, []int64{int64(values[0])})
			continue
		}
		entries[i] = checkpoint.NewFloat32s(e.Name, e.Shape, values)
	}
	require.NoError(t, checkpoint.Assign(model, entries))
}

// TestModelsHaveTheNamesOfPyTorch compares names, order, shapes and types with the state dict upstream.
func TestModelsHaveTheNamesOfPyTorch(t *testing.T) {
	eachGolden(t, func(t *testing.T, want golden.DecoderModel, m *decoder.SegmentationModel) {
		types := map[string]string{"F32": "torch.float32", "I64": "torch.int64"}
		var listing strings.Builder
		entries := checkpoint.Entries(m)
		for _, e := range entries {
			fmt.Fprintf(&listing, "%s %s %s\n", e.Name, strings.ReplaceAll(fmt.Sprint(e.Shape), " ", ", "), types[e.DType])
		}
		sum := sha256.New()
		_, err := io.WriteString(sum, listing.String())
		require.NoError(t, err)
		assert.Len(t, entries, want.Entries)
		if got := hex.EncodeToString(sum.Sum(nil)); got != want.SHA256 {
			t.Errorf("the names differ from those upstream:\n%s", listing.String())
		}
		golden.Same(t, part(want), "names, order, shapes, types", golden.SMP)
	})
}

// TestModelsAgreeWithPyTorch compares logits and labels in evaluation and training.
func TestModelsAgreeWithPyTorch(t *testing.T) {
	eachGolden(t, func(t *testing.T, want golden.DecoderModel, m *decoder.SegmentationModel) {
		fill(t, m, want.Gain)
		for _, c := range want.Cases {
			mode, what := autograd.Inference, "results in evaluation, by the largest"
			if c.Training {
				mode, what = autograd.Training, "results in training, by the largest"
			}
			tape := autograd.NewTape(mode)
			tape.Poison = true
			n, h, w := c.Input[0], c.Input[1], c.Input[2]
			x := tape.Input(tensor.Dims(n, h, w, 3))
			results := record(tape, m, x)
			require.NoError(t, tape.Plan())
			x.Set(nhwc(golden.Pictures(c.First, n, 3, h, w), n, 3, h, w))
			tape.Forward()
			checkResults(t, part(want), what, c.Results, results)
			tape.Free()
		}
	})
}

// record records a model's logits, and its labels if it has them.
func record(t *autograd.Tape, m *decoder.SegmentationModel, x *autograd.Var) []*autograd.Var {
	if m.Classifier == nil {
		return []*autograd.Var{t.Output(m.Forward(t, x))}
	}
	masks, labels := m.ForwardBoth(t, x)
	return []*autograd.Var{t.Output(masks), t.Output(labels)}
}

// nhwc turns numbers in PyTorch's order.
func nhwc(x []float32, n, c, h, w int) []float32 {
	return tensor.Permute(tensor.Of(tensor.Dims(n, c, h, w), x), "NCHW", "NHWC").Data
}

// part names a model by its architecture.
func part(m golden.DecoderModel) string {
	arch, _, _ := strings.Cut(m.Name, "_")
	return "architecture " + arch
}

// checkResults asks for a relative error of 1e-4 at most: of any value sampled, of the mean and of the deviation.
func checkResults(t *testing.T, part, what string, want []golden.Stage, got []*autograd.Var) {
	t.Helper()
	var all golden.Worst
	require.Len(t, got, len(want))
	for i, s := range want {
		y := tensor.Permute(tensor.Of(got[i].Shape, got[i].Value()), "NHWC", "NCHW")
		require.Equal(t, s.Shape, y.Shape.Slice()[:len(s.Shape)])
		size, worst := max(math.Abs(s.Min), math.Abs(s.Max)), 0.0
		sum, squares := 0.0, 0.0
		for _, v := range y.Data {
			sum, squares = sum+float64(v), squares+float64(v)*float64(v)
		}
		n := float64(len(y.Data))
		worst = max(math.Abs(sum/n-s.Mean), math.Abs(math.Sqrt(max(0, squares/n-sum*sum/n/n))-s.Std))
		for k, at := range s.Index {
			worst = max(worst, math.Abs(float64(y.Data[at])-s.Value[k]))
		}
		all.See(fmt.Sprint("result ", i), worst/size, 1e-4)
	}
	all.Report(t, part, what, golden.SMP)
}

// TestWeightsStartAsInPyTorch compares bounds and deviations of fresh parameters with those upstream.
func TestWeightsStartAsInPyTorch(t *testing.T) {
	eachGolden(t, func(t *testing.T, want golden.DecoderModel, old *decoder.SegmentationModel) {
		if want.Init == nil {
			t.Skip("the golden has none")
		}
		s, err := decoder.Defaults(want.Name)
		require.NoError(t, err)
		o := decoder.Options{Classes: goldenClasses, Settings: s}
		if change := variants[want.Name][want.Name]; change != nil {
			change(s, &o)
		}
		m, err := decoder.New(want.Name, nn.NewRand(1), old.Encoder, o)
		require.NoError(t, err)
		m.Encoder = nil
		params := nn.Params(m)
		assert.Len(t, params, len(want.Init))
		var worst golden.Worst
		for _, p := range params {
			wanted, ok := want.Init[p.Name]
			require.True(t, ok, p.Name)
			n, sum, squares, most := float64(len(p.Value.Data)), 0.0, 0.0, 0.0
			for _, v := range p.Value.Data {
				x := float64(v)
				sum, squares, most = sum+x, squares+x*x, max(most, math.Abs(x))
			}
			std, bound := math.Sqrt(max(0, squares/n-sum*sum/n/n)), max(-wanted[0], wanted[1])
			// As for uniform numbers: see TestWeightsStartAsInPyTorch of package nn.
			assert.InDelta(t, wanted[2], sum/n, 6*wanted[3]/math.Sqrt(n), "%s: mean", p.Name)
			assert.InDelta(t, bound, most, 12*wanted[3]/n, "%s: largest", p.Name)
			if wanted[3] == 0 {
				assert.Zero(t, std, "%s: deviation", p.Name)
			} else {
				worst.See(p.Name, math.Abs(std-wanted[3])/wanted[3]*math.Sqrt(n), 4)
			}
		}
		worst.Report(t, part(want), "deviation of fresh weights, in σ/√n", golden.SMP)
	})
}

// fixed is an encoder whose feature maps are parameters.
type fixed struct {
	Features []*autograd.Param `name:"features"`
}

func (f *fixed) Channels() []int { return nil }

func (f *fixed) Forward(t *autograd.Tape, _ *autograd.Var) []*autograd.Var {
	var list []*autograd.Var
	for _, p := range f.Features {
		list = append(list, t.Param(p))
	}
	return list
}

// TestGradientsAgreeWithPyTorch trains decoders and heads on fixed feature maps. The norm of the difference of each
// gradient, estimated by projections, may be a thousandth of the gradient's.
func TestGradientsAgreeWithPyTorch(t *testing.T) {
	eachGolden(t, func(t *testing.T, want golden.DecoderModel, m *decoder.SegmentationModel) {
		step := want.Step
		if step == nil {
			t.Skip("the golden has none")
		}
		f := &fixed{}
		for i, s := range step.Features {
			p := autograd.NewParam("NHWC", tensor.Dims(s[0], s[2], s[3], s[1]))
			copy(p.Value.Data, nhwc(golden.Pictures(step.First+2*i, s[0], s[1], s[2], s[3]), s[0], s[1], s[2], s[3]))
			f.Features = append(f.Features, p)
		}
		fill(t, m, want.Gain)
		push(m)
		m.Encoder = f
		tape := autograd.NewTape(autograd.Training)
		tape.Poison = true
		defer tape.Free()
		first := step.Features[0]
		results := record(tape, m, tape.Input(tensor.Dims(first[0], 2*first[2], 2*first[3], 3)))
		loss, fillWeights := weighted(tape, results)
		require.NoError(t, tape.Plan())
		fillWeights()
		tape.Forward()
		checkResults(t, part(want), "results in training, by the largest", step.Results, results)
		tape.Backward(loss, 1)
		worst := checkGradients(t, step.Gradients, m, f)
		worst.Report(t, part(want), "gradients of decoder and head, by their norm", golden.SMP)
	})
}

// push moves the shifts of normalisations by 3 away from zero, those of a single channel upwards, as the goldens do.
func push(model any) {
	params := map[string]*autograd.Param{}
	for _, p := range nn.Params(model) {
		params[p.Name] = p
	}
	for name, p := range params {
		scale := params[strings.TrimSuffix(name, "bias")+"weight"]
		if !strings.HasSuffix(name, ".bias") || scale == nil || scale.Value.Shape.Rank() != 1 {
			continue
		}
		for i, v := range p.Value.Data {
			if v < 0 && len(p.Value.Data) > 1 {
				p.Value.Data[i] -= 3
			} else {
				p.Value.Data[i] += 3
			}
		}
	}
}

// weighted records the sum of results times generated numbers, which the function returned sets.
func weighted(t *autograd.Tape, results []*autograd.Var) (loss *autograd.Var, set func()) {
	var terms []*autograd.Var
	var sets []func()
	for i, y := range results {
		w := t.Input(y.Shape)
		n, h, wd, c := y.Shape.NHWC()
		terms = append(terms, autograd.Dot(t, y, w))
		sets = append(sets, func() {
			w.Set(nhwc(golden.Weights(fmt.Sprintf("loss.%d.bias", i), []int{n, c, h, wd}), n, c, h, wd))
		})
	}
	return autograd.WeightedSum(t, []float32{1, 1}[:len(terms)], terms...), func() {
		for _, set := range sets {
			set()
		}
	}
}

// checkGradients compares all gradients of a model and of its feature maps. Errors count in parts of their norm.
func checkGradients(t *testing.T, want map[string][]float64, m *decoder.SegmentationModel, f *fixed) (worst golden.Worst) {
	t.Helper()
	inFile := map[string]string{"HWIO": "OIHW", "HWC": "CHW", "C": "C", "IO": "OI", "NHWC": "NCHW"}
	largest, seen := 0.0, 0
	for _, g := range want {
		largest = max(largest, g[0])
	}
	m.Encoder = nil // the maps come by their own name
	for _, p := range append(nn.Params(m), nn.Params(f)...) {
		g, ok := want[p.Name]
		if !ok {
			assert.True(t, p.Frozen || strings.HasPrefix(p.Name, "features."), "%s learns here only", p.Name)
			assert.Equal(t, make([]float32, len(p.Grad.Data)), p.Grad.Data, p.Name)
			continue
		}
		seen++
		got := tensor.Permute(p.Grad, p.Axes, inFile[p.Axes]).Data
		distance := distance(p.Name, g[2:], got)
		// Gradients that ought to be zero, such as those of biases ahead of a normalisation, are rounding.
		if norm := g[0]; norm > 1e-6*largest {
			worst.See(p.Name, distance/norm, 1e-3)
		} else if !(distance <= 1e-5*largest) {
			t.Errorf("%s: the gradient is off by %.1e, and ought to be %.1e", p.Name, distance, norm)
		}
	}
	assert.Equal(t, len(want), seen, "gradients compared")
	return worst
}

// distance estimates the norm of the difference from a gradient with those projections, and holds it against all of got
// at once.
func distance(name string, projections []float64, got []float32) float64 {
	sum := 0.0
	for i, want := range projections {
		dot := 0.0
		for k, d := range golden.Direction(fmt.Sprintf("%s.direction.%d", name, i), len(got)) {
			dot += d * float64(got[k])
		}
		sum += (dot - want) * (dot - want)
	}
	return math.Sqrt(3 * sum / float64(len(projections)))
}

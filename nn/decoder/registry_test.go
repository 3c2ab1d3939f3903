package decoder_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/internal/parallel"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/tensor"
)

func ExampleNew() {
	settings, err := decoder.Defaults("fpn")
	if err != nil {
		fmt.Println(err)
		return
	}
	settings.(*decoder.FPNSettings).MergePolicy = "cat"
	depth, stride := settings.Encoder()
	rng := nn.NewRand(1)
	e, err := encoder.New("efficientnet-b0", rng, encoder.Options{Depth: depth, OutputStride: stride})
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := decoder.New("fpn", rng, e, decoder.Options{Classes: 2, Settings: settings})
	if err != nil {
		fmt.Println(err)
		return
	}
	tape := autograd.NewTape(autograd.Inference)
	fmt.Println(m.Forward(tape, tape.Input(tensor.Dims(1, 50, 70, 3))).Shape)
	// Output: 1×50×70×2
}

// TestNamesOfAttentionAndClassificationHead compares all 482 names, in order, with the state dict upstream.
func TestNamesOfAttentionAndClassificationHead(t *testing.T) {
	file, err := os.ReadFile("testdata/unet_efficientnet-b0_c11_scse_aux_names.txt")
	require.NoError(t, err)
	want := strings.Split(strings.TrimSpace(string(file)), "\n")
	require.Len(t, want, 482)
	e, err := encoder.New("efficientnet-b0", nil, encoder.Options{})
	require.NoError(t, err)
	s, err := decoder.Defaults("unet")
	require.NoError(t, err)
	s.(*decoder.UnetSettings).Attention = "scse"
	m, err := decoder.New("unet", nil, e, decoder.Options{Classes: 11, Settings: s, Aux: &decoder.AuxParams{Classes: 11}})
	require.NoError(t, err)
	types := map[string]string{"F32": "torch.float32", "I64": "torch.int64"}
	var got []string
	for _, e := range checkpoint.Entries(m) {
		got = append(got, fmt.Sprintf("%s %s %s", e.Name, strings.ReplaceAll(fmt.Sprint(e.Shape), " ", ", "), types[e.DType]))
	}
	assert.Equal(t, want, got)
}

// narrow is an encoder of one convolution for each feature map, with some output stride.
type narrow struct {
	Convs []*nn.Conv2D `name:"convs"`
}

func newNarrow(depth, stride int) *narrow {
	rng := nn.NewRand(3)
	n := &narrow{}
	for i := range depth {
		o := nn.ConvOptions{Kernel: 3, Stride: 2, Pad: nn.Pad(1)}
		if 2<<i > stride {
			o = nn.ConvOptions{Kernel: 3, Dilation: 2, Pad: nn.Pad(2)}
		}
		n.Convs = append(n.Convs, nn.NewConv2D(rng, max(3, 4*i), 4*(i+1), o))
	}
	return n
}

func (n *narrow) Channels() []int {
	var c []int
	for i := range n.Convs {
		c = append(c, 4*(i+1))
	}
	return c
}

func (n *narrow) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	var list []*autograd.Var
	for _, c := range n.Convs {
		x = autograd.SiLU(t, c.Forward(t, x))
		list = append(list, x)
	}
	return list
}

// thin makes an architecture small.
func thin(t *testing.T, arch string) decoder.Settings {
	t.Helper()
	s, err := decoder.Defaults(arch)
	require.NoError(t, err)
	switch s := s.(type) {
	case *decoder.FPNSettings:
		s.PyramidChannels, s.SegmentationChannels = 8, 32
	case *decoder.PSPNetSettings:
		s.Channels = 8
	case *decoder.SegformerSettings:
		s.Channels = 8
	case *decoder.LinknetSettings:
	case *decoder.UnetSettings, *decoder.UnetPlusPlusSettings, *decoder.MAnetSettings:
		require.NoError(t, s.SetChannels([]int{8, 7, 6, 5, 4}))
	default:
		require.NoError(t, s.SetChannels([]int{8}))
	}
	return s
}

// eachThin calls test with a small model of every architecture.
func eachThin(t *testing.T, test func(t *testing.T, m *decoder.SegmentationModel)) {
	t.Helper()
	require.Len(t, decoder.Names(), 11)
	for _, arch := range decoder.Names() {
		t.Run(arch, func(t *testing.T) {
			test(t, newThin(t, arch))
		})
	}
}

// newThin makes a small model of an architecture.
func newThin(t *testing.T, arch string) *decoder.SegmentationModel {
	t.Helper()
	s := thin(t, arch)
	depth, stride := s.Encoder()
	m, err := decoder.New(arch, nn.NewRand(1), newNarrow(depth, stride), decoder.Options{Classes: 3, Settings: s})
	require.NoError(t, err)
	return m
}

// TestEveryModelTakesEverySize predicts pictures of sizes that divide by nothing.
func TestEveryModelTakesEverySize(t *testing.T) {
	eachThin(t, func(t *testing.T, m *decoder.SegmentationModel) {
		for _, size := range [][2]int{{32, 64}, {37, 101}, {1, 70}} {
			p, err := decoder.NewPredictor(m, tensor.Dims(2, size[0], size[1], 3))
			require.NoError(t, err)
			assert.Equal(t, tensor.Dims(2, size[0], size[1], 3), p.Logits())
			p.Free()
		}
	})
}

// TestLargerSizeIsCut looks that the logits of an odd size are those of the picture with zeros at the bottom and at the
// right.
func TestLargerSizeIsCut(t *testing.T) {
	predict := func(t *testing.T, m *decoder.SegmentationModel, h, w int) []float32 {
		p, err := decoder.NewPredictor(m, tensor.Dims(1, h, w, 3))
		require.NoError(t, err)
		defer p.Free()
		x, y := make([]float32, h*w*3), make([]float32, h*w*3)
		for i := range 60 * 50 * 3 {
			x[(i/150*w+i/3%50)*3+i%3] = float32(autograd.Uniform(5, uint64(i))) - 0.5
		}
		require.NoError(t, p.Run(x, y))
		return y
	}
	eachThin(t, func(t *testing.T, m *decoder.SegmentationModel) {
		if _, ok := m.Decoder.(*decoder.UnetDecoder); ok {
			t.Skip("takes any size as it is")
		}
		h, w, small := 64, 64, predict(t, m, 60, 50)
		switch m.Decoder.(type) {
		case *decoder.PANDecoder:
			h, w = 128, 128
		case *decoder.PSPNetDecoder, *decoder.DeepLabV3Decoder: // a stride of 8
			w = 56
		}
		whole := predict(t, m, h, w)
		for i, v := range small {
			require.Equal(t, whole[(i/150*w+i/3%50)*3+i%3], v)
		}
	})
}

// TestEveryModelLearnsEveryParameter looks that all gradients arrive but those of frozen parameters, and that
// dropping does not disturb it.
func TestEveryModelLearnsEveryParameter(t *testing.T) {
	eachThin(t, func(t *testing.T, m *decoder.SegmentationModel) {
		for _, p := range nn.Params(m) {
			for i := range p.Value.Data {
				if strings.HasSuffix(p.Name, ".bias") {
					p.Value.Data[i] += 1 // or a single channel may be cut off by a ReLU
				}
			}
		}
		tape := autograd.NewTape(autograd.Training)
		defer tape.Free()
		tape.Poison = true
		x := tape.Input(tensor.Dims(2, 60, 50, 3))
		target := tape.Labels(tensor.Dims(2, 60, 50))
		loss := autograd.CrossEntropy(tape, m.Forward(tape, x), autograd.NewTarget(target), autograd.NoIgnore, 0, nil)
		require.NoError(t, tape.Plan())
		for i := range x.Value() {
			x.Value()[i] = float32(autograd.Uniform(6, uint64(i))) - 0.5
			target.Indices[i/3] = uint8(i / 300 % 3)
		}
		tape.Forward()
		tape.Backward(loss, 1)
		for _, p := range nn.Params(m) {
			ahead := strings.HasSuffix(p.Name, ".conv.bias") // of a normalisation, in a PAN: no effect
			if !p.Frozen && !ahead {
				assert.NotEqual(t, make([]float32, len(p.Grad.Data)), p.Grad.Data, p.Name)
			}
		}
	})
}

func TestNewErrors(t *testing.T) {
	_, err := decoder.New("unet3", nil, newNarrow(5, 32), decoder.Options{Classes: 2})
	assert.EqualError(t, err, `no architecture "unet3"; did you mean "unet"? there are: deeplabv3, deeplabv3plus, fpn, linknet, manet, pan, pspnet, `+
		"segformer, unet, unetplusplus, upernet")
	for _, c := range []struct {
		arch, want string
		encoder    decoder.Encoder
		options    decoder.Options
	}{
		{"fpn", "the encoder has 3 feature maps, want at least 4: encoder_depth is too small", newNarrow(3, 32),
			decoder.Options{Classes: 2}},
		{"linknet", "the encoder has no feature map at 1/2, which this architecture needs", &holed{}, decoder.Options{Classes: 2}},
		{"fpn", "classes: 0, want at least 1", newNarrow(5, 32), decoder.Options{}},
		{"pan", "encoder_output_stride: 8 is out of range; allowed: 16, 32\ndecoder_channels: 0 is out of range; allowed: 1 or more\n" +
			`decoder_interpolation: no "cubic"; allowed: nearest, bilinear`, newNarrow(5, 32), decoder.Options{Classes: 2,
			Settings: &decoder.PANSettings{EncoderDepth: 5, OutputStride: 8, Interpolation: "cubic"}}},
		{"fpn", `aux_params: classes: 0 is out of range; allowed: 1 or more` + "\n" + `pooling: no "median"; allowed: avg, max` + "\n" +
			`dropout: 1 is out of range; allowed: 0 or more and below 1`, newNarrow(5, 32), decoder.Options{Classes: 2,
			Aux: &decoder.AuxParams{Pooling: "median", Dropout: 1}}},
	} {
		_, err := decoder.New(c.arch, nil, c.encoder, c.options)
		assert.EqualError(t, err, c.want)
	}
	for _, arch := range []string{"fpn", "linknet", "pspnet", "segformer"} {
		s, err := decoder.Defaults(arch)
		require.NoError(t, err)
		assert.ErrorContains(t, s.SetChannels([]int{8}), "decoder_channels: this architecture has none; ", arch)
	}
}

// holed is an encoder without a map at 1/2, as transformers are.
type holed struct{}

func (*holed) Channels() []int { return []int{0, 8, 16, 16, 16} }

func (*holed) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	n, h, w, _ := x.Shape.NHWC()
	list := []*autograd.Var{nil}
	for i, c := range []int{8, 16, 16, 16} {
		list = append(list, t.Input(tensor.Dims(n, h>>(i+2), w>>(i+2), c)))
	}
	return list
}

// TestModelsOnTransformers records models on an encoder without a map at 1/2.
func TestModelsOnTransformers(t *testing.T) {
	for _, arch := range []string{"unet", "manet", "fpn", "pspnet", "pan", "upernet", "segformer", "deeplabv3plus"} {
		m, err := decoder.New(arch, nil, &holed{}, decoder.Options{Classes: 3})
		require.NoError(t, err, arch)
		tape := autograd.NewTape(autograd.Inference)
		assert.Equal(t, tensor.Dims(1, 256, 256, 3), m.Forward(tape, tape.Input(tensor.Dims(1, 256, 256, 3))).Shape, arch)
	}
}

// TestClassificationHead compares with the numbers that follow from a head whose weights are one.
func TestClassificationHead(t *testing.T) {
	run := func(mode autograd.Mode, p decoder.AuxParams) []float32 {
		m, err := decoder.New("pspnet", nn.NewRand(1), &constant{}, decoder.Options{Classes: 2, Aux: &p})
		require.NoError(t, err)
		for i := range m.Classifier.Linear.Weight.Value.Data {
			m.Classifier.Linear.Weight.Value.Data[i] = 0.25
		}
		m.Classifier.Linear.Bias.Value.Data[1] = 0.5
		tape := autograd.NewTape(mode)
		defer tape.Free()
		_, labels := m.ForwardBoth(tape, tape.Input(tensor.Dims(1, 64, 64, 4)))
		tape.Output(labels)
		require.NoError(t, tape.Plan())
		tape.Forward()
		return append([]float32(nil), labels.Value()...)
	}
	features := float32(0) // all zero, since the picture is
	assert.Equal(t, []float32{features, 0.5}, run(autograd.Inference, decoder.AuxParams{Classes: 2, Dropout: 0.9}))
	assert.Equal(t, []float32{0.5, 0.62245935}, run(autograd.Inference, decoder.AuxParams{Classes: 2, Activation: "sigmoid"}))
	assert.InDeltaSlice(t, []float32{0.37754068, 0.62245935},
		run(autograd.Training, decoder.AuxParams{Classes: 2, Activation: "softmax", Pooling: "max", Dropout: 0.2}), 1e-6)
	m, err := decoder.New("pspnet", nil, &constant{}, decoder.Options{Classes: 2})
	require.NoError(t, err)
	assert.PanicsWithValue(t, "decoder: ForwardBoth of a model without a classification head", func() {
		tape := autograd.NewTape(autograd.Inference)
		m.ForwardBoth(tape, tape.Input(tensor.Dims(1, 64, 64, 4)))
	})
}

// constant is an encoder whose feature maps are the picture, halved.
type constant struct{}

func (*constant) Channels() []int { return []int{4, 4, 4} }

func (*constant) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	var list []*autograd.Var
	for range 3 {
		x = autograd.ResizeNearest(t, x, x.Shape.Dim(1)/2, x.Shape.Dim(2)/2)
		list = append(list, x)
	}
	return list
}

// TestEveryModelHasTheSameBits runs a step for several numbers of workers and every instruction set.
func TestEveryModelHasTheSameBits(t *testing.T) {
	defer parallel.SetWorkers(0)
	eachThin(t, func(t *testing.T, _ *decoder.SegmentationModel) {
		arch, want := t.Name()[strings.LastIndexByte(t.Name(), '/')+1:], ""
		kerneltest.EachISA(t, func(t *testing.T) {
			for _, workers := range []int{1, 2, 7} {
				parallel.SetWorkers(workers)
				got := stepChecksum(t, newThin(t, arch)) // running statistics take part
				if want == "" {
					want = got
				}
				assert.Equal(t, want, got, "%d workers", workers)
			}
		})
	})
}

// stepChecksum returns the checksum of the gradients of a step, in which dropouts take part.
func stepChecksum(t *testing.T, m *decoder.SegmentationModel) string {
	t.Helper()
	tape := autograd.NewTape(autograd.Training)
	defer tape.Free()
	tape.Seed = 4
	x := tape.Input(tensor.Dims(2, 40, 33, 3))
	target := tape.Labels(tensor.Dims(2, 40, 33))
	loss := autograd.CrossEntropy(tape, m.Forward(tape, x), autograd.NewTarget(target), autograd.NoIgnore, 0, nil)
	require.NoError(t, tape.Plan())
	for i := range x.Value() {
		x.Value()[i] = float32(autograd.Uniform(7, uint64(i))) - 0.5
	}
	tape.Forward()
	tape.Backward(loss, 1)
	var grads [][]float32
	for _, p := range nn.Params(m) {
		grads = append(grads, p.Grad.Data)
	}
	return kerneltest.Checksum(grads...)
}

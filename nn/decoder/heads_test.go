package decoder_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/tensor"
)

// newStemmed makes a small U-Net with a stem, a classification head and heads of inner stages.
func newStemmed(t *testing.T, change func(o *decoder.Options)) (*decoder.SegmentationModel, *decoder.DeepHeads) {
	t.Helper()
	rng := nn.NewRand(1)
	s, err := decoder.Defaults("unet")
	require.NoError(t, err)
	require.NoError(t, s.SetChannels([]int{8, 5}))
	o := decoder.Options{Classes: 3, Settings: s, Downscale: 3, Aux: &decoder.AuxParams{Classes: 4}}
	if change != nil {
		change(&o)
	}
	m, err := decoder.New("unet", rng, newStem(rng), o)
	require.NoError(t, err)
	heads, err := decoder.NewDeepHeads(rng, m)
	require.NoError(t, err)
	return m, heads
}

// TestStemBeginsAsMaxPooling gives an encoder the pooled picture, of sides rounded up, until something is learned.
func TestStemBeginsAsMaxPooling(t *testing.T) {
	m, _ := newStemmed(t, nil)
	for _, size := range [][2]int{{8, 6}, {7, 9}, {1, 1}} {
		h, w := size[0], size[1]
		oh, ow := (h+1)/2, (w+1)/2
		tape := autograd.NewTape(autograd.Inference)
		x := tape.Input(tensor.Dims(1, h, w, 3))
		y := tape.Output(m.Stem.Forward(tape, x))
		require.Equal(t, tensor.Dims(1, oh, ow, 3), y.Shape)
		require.NoError(t, tape.Plan())
		x.Set(kerneltest.Floats(1, 3*h*w))
		tape.Forward()
		for i, got := range y.Value() {
			r, c, ch := i/3/ow, i/3%ow, i%3
			want := x.Value()[(2*r*w+2*c)*3+ch]
			for _, at := range [][2]int{{2 * r, 2*c + 1}, {2*r + 1, 2 * c}, {2*r + 1, 2*c + 1}} {
				if at[0] < h && at[1] < w {
					want = max(want, x.Value()[(at[0]*w+at[1])*3+ch])
				}
			}
			require.Equal(t, want, got, "%v at %d", size, i)
		}
		tape.Free()
	}
}

// TestAllOfAStemmedModelLearns trains on even and odd sizes: every parameter gets a gradient, the strided convolution of the
// stem from its second step on.
func TestAllOfAStemmedModelLearns(t *testing.T) {
	for _, size := range [][2]int{{32, 24}, {27, 45}} {
		m, heads := newStemmed(t, nil)
		m.Stem.Project.Weight.Value.Data[3*3] = 0.1 // as after a step
		whole := []any{m, heads}
		tape := autograd.NewTape(autograd.Training)
		tape.Poison = true
		x := tape.Input(tensor.Dims(2, size[0], size[1], 3))
		target := tape.Labels(tensor.Dims(2, size[0], size[1]))
		out := m.ForwardAll(tape, x, heads)
		require.Equal(t, tensor.Dims(2, size[0], size[1], 3), out.Masks[0].Shape)
		masks := loss.Deep{Loss: loss.CrossEntropy{Ignore: autograd.NoIgnore}}.Forward(tape, out.Masks, autograd.NewTarget(target))
		shown := tape.Labels(out.Labels.Shape)
		y := autograd.WeightedSum(tape, []float32{1, 1}, masks,
			autograd.BCE(tape, out.Labels, autograd.NewTarget(shown), 255, 0, nil, nil))
		require.NoError(t, tape.Plan())
		x.Set(kerneltest.Floats(1, x.Shape.Size()))
		for i := range target.Indices {
			target.Indices[i] = uint8(i % 3)
		}
		tape.Forward()
		tape.Backward(y, 1)
		for _, part := range whole {
			for _, p := range nn.Params(part) {
				assert.NotEqual(t, make([]float32, len(p.Grad.Data)), p.Grad.Data, "%v: %s", size, p.Name)
			}
		}
		tape.Free()
	}
}

// TestForwardAllIsForward compares the masks and the labels with those of the other two ways, bit by bit.
func TestForwardAllIsForward(t *testing.T) {
	m, heads := newStemmed(t, nil)
	tape := autograd.NewTape(autograd.Inference)
	defer tape.Free()
	x := tape.Input(tensor.Dims(1, 21, 34, 3))
	plain := tape.Output(m.Forward(tape, x))
	masks, labels := m.ForwardBoth(tape, x)
	tape.Output(masks)
	tape.Output(labels)
	out := m.ForwardAll(tape, x, heads)
	tape.Output(out.Masks[0])
	tape.Output(out.Labels)
	require.NoError(t, tape.Plan())
	x.Set(kerneltest.Floats(1, x.Shape.Size()))
	tape.Forward()
	kerneltest.Equal(t, plain.Value(), masks.Value())
	kerneltest.Equal(t, plain.Value(), out.Masks[0].Value())
	kerneltest.Equal(t, labels.Value(), out.Labels.Value())
}

// TestActivationOfTheClassificationHead: losses get logits, whatever the activation.
func TestActivationOfTheClassificationHead(t *testing.T) {
	for activation, sum := range map[string]float64{"sigmoid": 0, "softmax": 1} {
		m, _ := newStemmed(t, func(o *decoder.Options) { o.Aux.Activation = activation })
		tape := autograd.NewTape(autograd.Inference)
		x := tape.Input(tensor.Dims(1, 16, 16, 3))
		_, labels := m.ForwardBoth(tape, x)
		tape.Output(labels)
		logits := tape.Output(m.ForwardAll(tape, x, nil).Labels)
		require.NoError(t, tape.Plan())
		x.Set(kerneltest.Floats(1, x.Shape.Size()))
		tape.Forward()
		assert.NotEqual(t, labels.Value(), logits.Value())
		total := 0.0
		for _, v := range labels.Value() {
			assert.True(t, v > 0 && v < 1)
			total += float64(v)
		}
		if sum > 0 {
			assert.InDelta(t, sum, total, 1e-6)
		}
		tape.Free()
	}
}

// TestDeepHeadsWantStages makes heads for every architecture that has stages, and is refused by the others.
func TestDeepHeadsWantStages(t *testing.T) {
	want := map[string]int{"unet": 3, "unetplusplus": 3, "manet": 3}
	for _, arch := range decoder.Names() {
		m := newGolden(t, arch, "efficientnet-b0", nil)
		heads, err := decoder.NewDeepHeads(nil, m)
		if want[arch] == 0 {
			assert.ErrorContains(t, err, "deep supervision wants a decoder that goes up stage by stage", arch)
			continue
		}
		require.NoError(t, err)
		assert.Len(t, heads.Heads, want[arch])
		tape := autograd.NewTape(autograd.Inference)
		out := m.ForwardAll(tape, tape.Input(tensor.Dims(1, 65, 97, 3)), heads)
		var sizes []string
		for _, y := range out.Masks {
			sizes = append(sizes, fmt.Sprint(y.Shape))
		}
		inner := []string{"1×33×49×5", "1×17×25×5", "1×9×13×5"} // of pictures of 96×128, cut
		if arch == "unet" {                                     // which adds nothing
			inner = []string{"1×32×48×5", "1×16×24×5", "1×8×12×5"}
		}
		assert.Equal(t, append([]string{"1×65×97×5"}, inner...), sizes, arch)
	}
}

// TestActivationMapsMeanTheLogits gives maps whose mean is what the head says, by an architecture that enlarges pictures.
func TestActivationMapsMeanTheLogits(t *testing.T) {
	rng := nn.NewRand(1)
	s, err := decoder.Defaults("linknet")
	require.NoError(t, err)
	m, err := decoder.New("linknet", rng, newStem(rng), decoder.Options{Classes: 3, Settings: s, Aux: &decoder.AuxParams{Classes: 4}})
	require.NoError(t, err)
	tape := autograd.NewTape(autograd.Inference)
	x := tape.Input(tensor.Dims(2, 37, 64, 3))
	maps, rows, columns := m.ActivationMaps(tape, x)
	tape.Output(maps)
	_, labels := m.ForwardBoth(tape, x)
	tape.Output(labels)
	require.NoError(t, tape.Plan())
	defer tape.Free()
	x.Set(kerneltest.Floats(1, x.Shape.Size()))
	tape.Forward()
	_, h, w, n := maps.Shape.NHWC()
	assert.Less(t, rows, float64(h), "rows that are added")
	assert.Equal(t, float64(w), columns)
	for i := range 2 {
		for class := range n {
			var sum float64
			for p := range h * w {
				sum += float64(maps.Value()[(i*h*w+p)*n+class])
			}
			assert.InDelta(t, float64(labels.Value()[i*n+class]), sum/float64(h*w), 1e-5)
		}
	}
}

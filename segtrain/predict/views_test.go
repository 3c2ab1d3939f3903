package predict

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/nn"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/tensor"
)

// A smallNet is two 3×3 convolutions without symmetry, so that a pixel depends on 5×5 of the picture.
type smallNet struct{ First, Second *nn.Conv2D }

func newSmallNet(classes int) *smallNet {
	rng := nn.NewRand(7)
	pad := nn.Padding{Top: 1, Bottom: 1, Left: 1, Right: 1}
	return &smallNet{
		nn.NewConv2D(rng, 3, 8, nn.ConvOptions{Kernel: 3, Pad: pad, BiasInit: nn.TorchDefault}),
		nn.NewConv2D(rng, 8, classes, nn.ConvOptions{Kernel: 3, Pad: pad, BiasInit: nn.TorchDefault}),
	}
}

func (m *smallNet) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	return m.Second.Forward(t, autograd.ReLU(t, m.First.Forward(t, x)))
}

// noise paints a picture of smooth and rough colours.
func noise(h, w, seed int) *raster.Image {
	im := raster.NewImage(h, w, 3)
	for i := range im.Pix8 {
		y, x, k := i/3/w, i/3%w, i%3
		im.Pix8[i] = uint8(128 + 60*math.Sin(float64(y*(k+1)+seed)/5)*math.Cos(float64(x)/7) + float64((i*7919+seed*31)%61))
	}
	return im
}

// turned is a picture turned by a symmetry.
func turned(im *raster.Image, s Symmetry) *raster.Image {
	f, h, w := im.Float(), im.H, im.W
	oh, ow := s.Size(h, w)
	out := raster.NewFloat(oh, ow, im.C)
	s.turn(h, w, im.C, f.Pix, out.Pix)
	return out.Image()
}

func setOf(t testing.TB, h, w int, opt data.Options, pictures ...*raster.Image) *data.Dataset {
	t.Helper()
	var m data.Manifest
	for i, im := range pictures {
		m = append(m, save(t, t.TempDir(), string(rune('a'+i)), im))
	}
	opt.H, opt.W, opt.C = h, w, 3
	ds, err := data.NewDataset(m, opt)
	require.NoError(t, err)
	return ds
}

var normal = data.Options{Mean: []float32{0.4, 0.5, 0.6}, Std: []float32{0.2, 0.25, 0.3}}

func parsed(t testing.TB, names ...string) []View {
	t.Helper()
	views, err := ParseViews(names)
	require.NoError(t, err)
	return views
}

func predicted(t testing.TB, p Predictor, ds *data.Dataset) []Result {
	t.Helper()
	p.Batch, p.Probabilities = max(p.Batch, 1), true
	all, _ := run(t, p, ds)
	return all
}

// TestSymmetries holds turns to their definition, and to the group that they are.
func TestSymmetries(t *testing.T) {
	src := []float32{0, 1, 2, 3, 4, 5} // 2×3
	for _, c := range []struct {
		s    Symmetry
		want []float32
	}{
		{Symmetry{}, []float32{0, 1, 2, 3, 4, 5}},
		{Symmetry{FlipH: true}, []float32{2, 1, 0, 5, 4, 3}},
		{Symmetry{FlipV: true}, []float32{3, 4, 5, 0, 1, 2}},
		{Symmetry{Transpose: true}, []float32{0, 3, 1, 4, 2, 5}},
		{Symmetry{Transpose: true, FlipV: true}, []float32{2, 5, 1, 4, 0, 3}}, // np.rot90
	} {
		got := make([]float32, 6)
		c.s.turn(2, 3, 1, src, got)
		assert.Equal(t, c.want, got, "%+v", c.s)
	}
	all := parsed(t, "d4")
	require.Len(t, all, 8)
	for _, a := range all {
		for _, b := range all {
			h, w := a.Turn.Size(2, 3)
			first, both, want := make([]float32, 6), make([]float32, 6), make([]float32, 6)
			a.Turn.turn(2, 3, 1, src, first)
			b.Turn.turn(h, w, 1, first, both)
			a.Turn.Then(b.Turn).turn(2, 3, 1, src, want)
			assert.Equal(t, want, both, "%+v then %+v", a.Turn, b.Turn)
		}
		assert.Equal(t, Symmetry{}, a.Turn.Then(a.Turn.Inverse()))
	}
}

func TestParseViews(t *testing.T) {
	for _, c := range []struct {
		names []string
		n     int
	}{
		{nil, 0}, {[]string{"hflip"}, 2}, {[]string{"vflip_transform"}, 2}, {[]string{"flips"}, 4}, {[]string{"hflip", "vflip"}, 4},
		{[]string{"rot90"}, 4}, {[]string{"rot90=0:180"}, 2}, {[]string{"d4"}, 8}, {[]string{"d4", "hflip"}, 8},
		{[]string{"hflip", "rot90"}, 8}, {[]string{"scale=0.75:1.25"}, 3}, {[]string{"Scale=0.75:1:1.25"}, 3},
		{[]string{"hflip", "scale=0.75:1.25"}, 6}, {[]string{"five_crop"}, 5}, {[]string{"ten_crop=0.6"}, 10},
		{[]string{"hflip", "five_crop"}, 10}, {[]string{"gamma=0.8:1.25", "brightness=0.1"}, 6}, {[]string{"Multiply=0.9"}, 2},
	} {
		views := parsed(t, c.names...)
		assert.Len(t, views, c.n, "%v", c.names)
		if c.n > 0 && !slices.Contains([]string{"five_crop", "ten_crop=0.6"}, c.names[len(c.names)-1]) {
			assert.Equal(t, View{}, views[0], "%v: the picture as it is comes first", c.names)
		}
	}
	for want, names := range map[string][]string{
		`no view "hflop"; there are: hflip, vflip, flips, rot90, d4, scale, five_crop, ten_crop, brightness, multiply, gamma`: {"hflop"},
		"hflip takes no numbers":                    {"hflip=1"},
		"scale wants numbers, such as scale=0.75":   {"scale"},
		`scale: "big"; allowed: 0.1 to 8`:           {"scale=big"},
		`scale: "9"; allowed: 0.1 to 8`:             {"scale=1:9"},
		`scale: "NaN"; allowed: 0.1 to 8`:           {"scale=NaN"},
		"rot90: 100; allowed: 0, 90, 180, 270":      {"rot90=100"},
		"scale is there twice":                      {"scale=2", "multiscale=3"},
		"five_crop takes one number, not 2":         {"five_crop=0.6:0.7"},
		"120 views or more; allowed: 64":            {"d4", "scale=0.75:1.25", "five_crop"},
		"five_crop and ten_crop exclude each other": {"five_crop", "ten_crop"},
	} {
		_, err := ParseViews(names)
		assert.ErrorContains(t, err, want, "%v", names)
	}
}

// TestViewsOfAModelThatCommutes: a model of single pixels sees the same in every flip, turn and crop.
func TestViewsOfAModelThatCommutes(t *testing.T) {
	ds := setOf(t, 24, 37, normal, noise(24, 37, 1), noise(50, 41, 2))
	plain := predicted(t, Predictor{Model: colorModel()}, ds)
	for _, names := range [][]string{{"hflip"}, {"vflip"}, {"flips"}, {"rot90"}, {"d4"}, {"five_crop=0.5"}, {"ten_crop"}} {
		for _, merge := range Merges {
			got := predicted(t, Predictor{Model: colorModel(), Views: parsed(t, names...), Merge: merge}, ds)
			for i := range plain {
				require.InDeltaSlice(t, plain[i].Probabilities.Pix, got[i].Probabilities.Pix, 1e-6, "%v %s", names, merge)
				assert.Equal(t, plain[i].Classes, got[i].Classes, "%v %s", names, merge)
			}
		}
	}
}

// TestMeanOverAGroupTurnsWithThePicture, bit for bit: views of a turned picture are the same views in another order, and
// sums do not depend on the order.
func TestMeanOverAGroupTurnsWithThePicture(t *testing.T) {
	im := noise(24, 37, 3)
	for _, group := range []string{"flips", "d4"} {
		for _, merge := range Merges {
			p := Predictor{Model: newSmallNet(4), Views: parsed(t, group), Merge: merge}
			want := predicted(t, p, setOf(t, 24, 37, normal, im))[0].Probabilities
			for _, v := range p.Views {
				h, w := v.Turn.Size(24, 37)
				got := predicted(t, p, setOf(t, h, w, normal, turned(im, v.Turn)))[0].Probabilities
				straight := raster.NewFloat(24, 37, 4)
				v.Turn.Inverse().turn(h, w, 4, got.Pix, straight.Pix)
				require.Equal(t, want.Pix, straight.Pix, "%s %s %+v", group, merge, v.Turn)
			}
			plain := predicted(t, Predictor{Model: p.Model}, setOf(t, 24, 37, normal, im))[0].Probabilities
			assert.NotEqual(t, plain.Pix, want.Pix, "the model has no symmetry of its own")
		}
	}
}

// TestMergeOfViews compares with float64, pixel by pixel.
func TestMergeOfViews(t *testing.T) {
	const h, w, c = 17, 22, 4
	ds := setOf(t, h, w, normal, noise(h, w, 4))
	im := make([]float32, h*w*3)
	require.NoError(t, ds.Sample(0, 0, im, nil))
	model := newSmallNet(c)
	views := parsed(t, "rot90", "hflip")
	logits := make([][]float64, len(views)) // straight
	for i, v := range views {
		th, tw := v.Turn.Size(h, w)
		shown := make([]float32, len(im))
		v.Turn.turn(h, w, 3, im, shown)
		tape := autograd.NewTape(autograd.Inference)
		x := tape.Input(tensor.Dims(1, th, tw, 3))
		y := tape.Output(model.Forward(tape, x))
		require.NoError(t, tape.Plan())
		x.Set(shown)
		tape.Forward()
		straight := make([]float32, h*w*c)
		v.Turn.Inverse().turn(th, tw, c, y.Value(), straight)
		for _, z := range straight {
			logits[i] = append(logits[i], float64(z))
		}
		tape.Free()
	}
	for _, task := range []metric.Task{metric.Multiclass, metric.Multilabel} {
		for _, merge := range Merges {
			got := predicted(t, Predictor{Model: model, Task: task, Views: views, Merge: merge}, ds)[0].Probabilities.Pix
			for p := 0; p < len(got); p += c {
				require.InDeltaSlice(t, merged(task, merge, logits, p, c), toFloat64(got[p:p+c]), 2e-6, "%s %s", task, merge)
			}
		}
	}
}

// merged is the definition.
func merged(task metric.Task, merge Merge, logits [][]float64, p, c int) []float64 {
	activate := func(z []float64) []float64 {
		out, sum := make([]float64, c), 0.0
		for k, v := range z {
			out[k] = math.Exp(v)
			sum += out[k]
		}
		for k, v := range z {
			out[k] /= sum
			if task.Flags() {
				out[k] = 1 / (1 + math.Exp(-v))
			}
		}
		return out
	}
	n := float64(len(logits))
	out, sum := make([]float64, c), 0.0
	for k := range out {
		if merge == GMeanMerge {
			out[k] = 1
		}
	}
	for _, z := range logits {
		a := activate(z[p : p+c])
		for k := range out {
			switch merge {
			case MeanMerge:
				out[k] += a[k] / n
			case GMeanMerge:
				out[k] *= math.Pow(a[k], 1/n)
			case LogitsMerge:
				out[k] += z[p+k] / n
			}
		}
	}
	if merge == LogitsMerge {
		return activate(out)
	}
	for _, v := range out {
		sum += v
	}
	for k := range out {
		if merge == GMeanMerge && !task.Flags() {
			out[k] /= sum
		}
	}
	return out
}

func toFloat64(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// TestScaledViews compares with pictures that are resized, predicted and resized back by hand.
func TestScaledViews(t *testing.T) {
	const h, w = 20, 31
	ds := setOf(t, h, w, normal, noise(h, w, 5))
	im := raster.NewFloat(h, w, 3)
	require.NoError(t, ds.Sample(0, 0, im.Pix, nil))
	model := newSmallNet(3)
	sum := make([]float64, h*w*3)
	for _, size := range [][2]int{{20, 31}, {15, 23}, {25, 39}} {
		g, err := newProgram(kernels.Float32, model, tensor.Dims(1, size[0], size[1], 3), metric.Multiclass)
		require.NoError(t, err)
		g.run(raster.ResizeFloat(im, size[0], size[1]).Pix)
		for i, p := range raster.ResizeFloat(g.probabilities(0), h, w).Pix {
			sum[i] += float64(p) / 3
		}
		g.tape.Free()
	}
	got := predicted(t, Predictor{Model: model, Views: parsed(t, "scale=0.75:1.25")}, ds)[0].Probabilities.Pix
	require.InDeltaSlice(t, sum, toFloat64(got), 1e-6)
}

// TestColouredViews compares what the model is shown with the definition.
func TestColouredViews(t *testing.T) {
	e := &caster{mean: normal.Mean, std: normal.Std}
	samples := []float64{0, 0.2, 0.5, 0.9, 1, 0.3}
	in := make([]float32, len(samples))
	for i, s := range samples {
		in[i] = float32((s - float64(normal.Mean[i%3])) / float64(normal.Std[i%3]))
	}
	for _, c := range []struct {
		v    View
		want func(s float64) float64
	}{
		{View{Add: 0.1}, func(s float64) float64 { return s + 0.1 }},
		{View{Multiply: 0.8}, func(s float64) float64 { return 0.8 * s }},
		{View{Gamma: 1.25}, func(s float64) float64 { return math.Pow(s, 1.25) }},
		{View{Gamma: 0.8, Add: -0.1, Multiply: 1.2}, func(s float64) float64 {
			return math.Pow(min(max(1.2*s-0.1, 0), 1), 0.8)
		}},
	} {
		out := make([]float32, len(in))
		e.look(c.v, in, 1, 2, 3, out)
		for i, s := range samples {
			want := (c.want(s) - float64(normal.Mean[i%3])) / float64(normal.Std[i%3])
			assert.InDelta(t, want, out[i], 1e-5, "%+v of %v", c.v, s)
		}
	}
}

func TestViewsDoNotDependOnBatchOrThreads(t *testing.T) {
	defer parallel.SetWorkers(0)
	ds := setOf(t, 18, 25, normal, noise(18, 25, 1), noise(30, 20, 2), noise(18, 25, 3))
	p := Predictor{Model: newSmallNet(3), Batch: 1, Views: parsed(t, "d4", "scale=0.75:1.25", "gamma=0.9"), Merge: GMeanMerge}
	parallel.SetWorkers(1)
	want := predicted(t, p, ds)
	parallel.SetWorkers(3)
	p.Batch = 2
	assert.Equal(t, want, predicted(t, p, ds))
}

func TestMistakesOfViews(t *testing.T) {
	ds := setOf(t, 8, 8, normal, noise(8, 8, 1))
	for want, p := range map[string]Predictor{
		`merge: no "max"; there are: mean, gmean, logits`: {Merge: "max"},
		"tiles of 0×8 pixels":                             {Tiling: &Tiling{W: 8}},
		"overlap: 1; allowed: 0 to 0.9":                   {Tiling: &Tiling{H: 8, W: 8, Overlap: 1}},
		"overlap: NaN; allowed":                           {Tiling: &Tiling{H: 8, W: 8, Overlap: math.NaN()}},
		`blend: no "cosine"; there are: gaussian, flat`:   {Tiling: &Tiling{H: 8, W: 8, Blend: "cosine"}},
		"factor: -1; allowed: 0.01 to 100":                {Tiling: &Tiling{H: 8, W: 8, Factor: -1}},
	} {
		p.Model, p.Batch = colorModel(), 1
		_, err := p.Run(context.Background(), ds, func(Result) error { return nil })
		assert.ErrorContains(t, err, want)
	}
	_, err := (&Predictor{Model: colorModel(), Tiling: &Tiling{H: 8, W: 8}}).Run(context.Background(), ds, nil)
	assert.ErrorContains(t, err, "batch must be 1 or more")
}

// viewsOf parses views that have commas between them.
func viewsOf(t *testing.T, names string) []View {
	t.Helper()
	views, err := ParseViews(strings.Split(names, ","))
	require.NoError(t, err)
	return views
}

func TestCost(t *testing.T) {
	assert.Equal(t, 1.0, Cost(nil))
	for names, want := range map[string]float64{
		"hflip": 2, "flips": 4, "d4": 8, "rot90": 4, "rot90=180": 2, "scale=0.5:2": 1 + 0.25 + 4, "scale=1:0.5": 1.25, "hflip,d4": 8,
		"hflip,scale=0.5": 2.5, "five_crop=0.5": 1.25, "ten_crop": 5.625, "gamma=0.8:1.25": 3, "brightness=0.1": 2, "five_crop,scale=0.5": 2.8125 * 1.25,
	} {
		assert.InDelta(t, want, Cost(viewsOf(t, names)), 1e-12, names)
	}
}

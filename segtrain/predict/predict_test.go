package predict

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/parallel"
	"tessera/nn"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// The model of these tests is a 1×1 convolution: the logits of a pixel of classes 0, 1 and 2 are its red,
// green and blue times gain, and that of class 3 is always -gain.
const gain = 4

func colorModel() *nn.Conv2D {
	m := nn.NewConv2D(nn.NewRand(0), 3, 4, nn.ConvOptions{Kernel: 1, BiasInit: nn.Zero})
	clear(m.Weight.Value.Data)
	for c := range 3 {
		m.Weight.Value.Data[c*4+c] = gain
	}
	m.Bias.Value.Data[3] = -gain
	return m
}

// paint returns an h×w picture of pure red, green and blue where class gives 0, 1 and 2.
func paint(h, w int, class func(y, x int) int) (*raster.Image, *raster.Mask) {
	im, m := raster.NewImage(h, w, 3), raster.NewMask(h, w)
	for i := range m.Pix {
		k := class(i/w, i%w)
		im.Pix8[3*i+k], m.Pix[i] = 255, uint8(k)
	}
	return im, m
}

func save(t testing.TB, dir, id string, im *raster.Image) data.Record {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(id)+".png")
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, raster.WritePNG(file, im))
	return data.Record{ID: id, Image: file, Fold: data.NoFold}
}

// stripes writes five pictures of odd and even sizes whose upper part is one class and whose lower part
// another.
func stripes(t testing.TB) data.Manifest {
	dir := t.TempDir()
	var m data.Manifest
	for i, size := range [][2]int{{8, 8}, {13, 7}, {16, 24}, {3, 31}, {8, 8}} {
		im, _ := paint(size[0], size[1], func(y, _ int) int {
			if 2*y < size[0] {
				return i % 3
			}
			return (i + 1) % 3
		})
		m = append(m, save(t, dir, fmt.Sprintf("part%d/%d", i%2, i), im))
	}
	return m
}

func newSet(t testing.TB, m data.Manifest, fit data.Fit, mean ...float32) *data.Dataset {
	t.Helper()
	ds, err := data.NewDataset(m, data.Options{H: 8, W: 8, C: 3, Fit: fit, Mean: mean,
		MaskCode: raster.MaskCode{Coding: raster.IndexCode, Classes: 4, Ignore: -1}})
	require.NoError(t, err)
	return ds
}

func run(t testing.TB, p Predictor, ds *data.Dataset) ([]Result, *Summary) {
	t.Helper()
	var all []Result
	summary, err := p.Run(context.Background(), ds, func(r Result) error {
		all = append(all, r)
		return nil
	})
	require.NoError(t, err)
	return all, summary
}

func TestPicturesOfTheNetworksSizeAreExact(t *testing.T) {
	dir := t.TempDir()
	im, want := paint(8, 8, func(y, x int) int { return (y*y + 2*x) % 3 })
	other, wantOther := paint(8, 8, func(y, x int) int { return (y + x) % 2 })
	m := data.Manifest{save(t, dir, "a", im), save(t, dir, "b", other), save(t, dir, "c", im)}
	p := Predictor{Model: colorModel(), Batch: 1, Workers: 1, Probabilities: true}
	all, summary := run(t, p, newSet(t, m, data.Stretch))
	require.Len(t, all, 3)
	for i, mask := range []*raster.Mask{want, wantOther, want} {
		r := all[i]
		assert.Equal(t, mask, r.Classes)
		assert.Equal(t, []any{i, m[i].ID}, []any{r.Index, r.ID})
		require.Equal(t, []int{8, 8, 4}, []int{r.Probabilities.H, r.Probabilities.W, r.Probabilities.C})
		sum := math.Exp(gain) + 2 + math.Exp(-gain)
		for j, class := range mask.Pix {
			got := r.Probabilities.Pix[4*j:][:4]
			require.InDelta(t, math.Exp(gain)/sum, got[class], 1e-6)
			require.InDelta(t, math.Exp(-gain)/sum, got[3], 1e-6)
		}
	}
	counts := make([]int64, 4)
	for _, r := range all {
		for _, class := range r.Classes.Pix {
			counts[class]++
		}
	}
	assert.Equal(t, counts, summary.Pixels)
	assert.Equal(t, 3, summary.Images)
	assert.Positive(t, summary.Seconds)
	assert.InDelta(t, 3/summary.Seconds, summary.ImagesPerSecond, 1e-6)
}

func TestStretchAndLetterboxComeBackToTheirSizes(t *testing.T) {
	const red, blue = 0, 2
	half := func(_, x int) int {
		if x < 12 {
			return red
		}
		return blue
	}
	whole := func(k int) func(int, int) int { return func(int, int) int { return k } }
	for _, c := range []struct {
		name  string
		h, w  int
		class func(y, x int) int
		exact bool // for letterbox, whose border blurs into a picture that shrinks
	}{
		{"halves", 16, 24, half, true},
		{"wide", 4, 8, func(y, x int) int { return (y + x) % 3 }, false},
		{"one pixel high", 1, 9, whole(1), true},
		{"odd", 13, 7, whole(2), true},
		{"small", 3, 2, whole(0), true},
		{"large", 101, 67, whole(1), true},
	} {
		im, want := paint(c.h, c.w, c.class)
		m := data.Manifest{save(t, t.TempDir(), "x", im)}
		p := Predictor{Model: colorModel(), Batch: 4, Probabilities: true}
		for _, fit := range []data.Fit{data.Stretch, data.Letterbox} {
			for _, set := range []*data.Dataset{newSet(t, m, fit), newSet(t, m, fit, 0.25, 0.5, 0.75)} {
				all, _ := run(t, p, set)
				require.Len(t, all, 1, "%s, %s", c.name, fit)
				require.Equal(t, []int{c.h, c.w}, []int{all[0].Classes.H, all[0].Classes.W})
				probabilities := all[0].Probabilities
				require.Equal(t, []int{c.h, c.w, 4}, []int{probabilities.H, probabilities.W, probabilities.C})
				for i := 0; i < len(probabilities.Pix); i += 4 {
					sum := probabilities.Pix[i] + probabilities.Pix[i+1] + probabilities.Pix[i+2] + probabilities.Pix[i+3]
					require.InDelta(t, 1, sum, 1e-5, "%s, %s: pixel %d", c.name, fit, i/4)
				}
			}
			// A letterbox of the picture's own proportions and width is an exact copy.
			if c.exact || fit == data.Letterbox {
				all, _ := run(t, p, newSet(t, m, fit))
				assert.Equal(t, want, all[0].Classes, "%s, %s", c.name, fit)
			}
		}
	}
}

func TestNothingDependsOnBatchWorkersOrThreads(t *testing.T) {
	defer parallel.SetWorkers(0)
	m := stripes(t)
	for _, fit := range []data.Fit{data.Stretch, data.Letterbox} {
		parallel.SetWorkers(1)
		one := Predictor{Model: colorModel(), Batch: 1, Workers: 1, Probabilities: true}
		want, wantSummary := run(t, one, newSet(t, m, fit))
		require.Len(t, want, 5)
		for _, threads := range []int{1, 2, 7} {
			parallel.SetWorkers(threads)
			for _, batch := range []int{2, 5, 8} {
				p := Predictor{Model: colorModel(), Batch: batch, Workers: threads, Probabilities: true}
				got, summary := run(t, p, newSet(t, m, fit))
				require.Equal(t, want, got, "%s, %d threads, batch %d", fit, threads, batch)
				assert.Equal(t, wantSummary.Pixels, summary.Pixels)
			}
		}
	}
}

func TestProbabilitiesOnlyIfAsked(t *testing.T) {
	all, _ := run(t, Predictor{Model: colorModel(), Batch: 2}, newSet(t, stripes(t), data.Stretch))
	for _, r := range all {
		assert.Nil(t, r.Probabilities)
		assert.NotNil(t, r.Classes)
	}
}

func TestMasksMakeNoDifference(t *testing.T) {
	dir := t.TempDir()
	im, truth := paint(9, 11, func(y, _ int) int { return y / 3 })
	m := data.Manifest{save(t, dir, "a", im)}
	want, _ := run(t, Predictor{Model: colorModel(), Batch: 1}, newSet(t, m, data.Stretch))
	m[0].Mask = filepath.Join(dir, "truth.png")
	require.NoError(t, raster.WriteMask(m[0].Mask, truth, nil))
	got, _ := run(t, Predictor{Model: colorModel(), Batch: 1}, newSet(t, m, data.Stretch))
	assert.Equal(t, want, got)
}

func TestSixteenBitsAndGrey(t *testing.T) {
	dir := t.TempDir()
	im, want := paint(8, 8, func(y, x int) int { return (y + x) % 3 })
	deep := &raster.Image{H: 8, W: 8, C: 3, Pix16: make([]uint16, len(im.Pix8))}
	for i, v := range im.Pix8 {
		deep.Pix16[i] = uint16(v) * 257
	}
	grey := raster.NewImage(8, 8, 1)
	m := data.Manifest{save(t, dir, "deep", deep), save(t, dir, "grey", grey)}
	all, _ := run(t, Predictor{Model: colorModel(), Batch: 2}, newSet(t, m, data.Stretch))
	assert.Equal(t, want, all[0].Classes)
	assert.Equal(t, raster.NewMask(8, 8), all[1].Classes, "the first among equals")
}

func TestErrorsNameTheFileAndKeepWhatWasDone(t *testing.T) {
	for name, spoil := range map[string]func(file string) error{
		"missing":    os.Remove,
		"unreadable": func(file string) error { return os.WriteFile(file, []byte("no picture"), 0o644) },
		"truncated":  func(file string) error { return os.Truncate(file, 40) },
	} {
		m := stripes(t)
		require.NoError(t, spoil(m[3].Image))
		used := 0
		p := Predictor{Model: colorModel(), Batch: 2, Workers: 2}
		summary, err := p.Run(context.Background(), newSet(t, m, data.Stretch), func(Result) error {
			used++
			return nil
		})
		assert.ErrorContains(t, err, m[3].Image, name)
		assert.Nil(t, summary)
		assert.Equal(t, 2, used, "%s: the batch before it", name)
	}
}

func TestErrorOfUseEndsTheRun(t *testing.T) {
	full := errors.New("disk full")
	calls := 0
	p := Predictor{Model: colorModel(), Batch: 1}
	_, err := p.Run(context.Background(), newSet(t, stripes(t), data.Stretch), func(r Result) error {
		calls++
		if r.Index == 1 {
			return full
		}
		return nil
	})
	assert.Equal(t, full, err)
	assert.Equal(t, 2, calls)
}

func TestContextEndsTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	p := Predictor{Model: colorModel(), Batch: 1}
	m := stripes(t)
	for range 4 {
		m = append(m, m...)
	}
	calls := 0
	_, err := p.Run(ctx, newSet(t, m, data.Stretch), func(Result) error {
		calls++
		cancel()
		return nil
	})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Less(t, calls, 10)
}

func TestModelAndSettingsThatDoNotFit(t *testing.T) {
	ds := newSet(t, stripes(t), data.Stretch)
	never := func(Result) error { t.Error("a result"); return nil }
	grey := nn.NewConv2D(nn.NewRand(0), 1, 2, nn.ConvOptions{Kernel: 1})
	_, err := (&Predictor{Model: grey, Batch: 2}).Run(context.Background(), ds, never)
	assert.ErrorContains(t, err, "the model cannot take pictures of 2×8×8×3")
	wide := nn.NewConv2D(nn.NewRand(0), 3, 257, nn.ConvOptions{Kernel: 1})
	_, err = (&Predictor{Model: wide, Batch: 2}).Run(context.Background(), ds, never)
	assert.ErrorContains(t, err, "257 classes")
	_, err = (&Predictor{Model: colorModel()}).Run(context.Background(), ds, never)
	assert.ErrorContains(t, err, "batch must be 1 or more")
}

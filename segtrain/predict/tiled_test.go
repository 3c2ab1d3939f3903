package predict

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/parallel"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

func TestWeightsOfTiles(t *testing.T) {
	for _, n := range []int{1, 2, 7, 32, 512} {
		w := GaussianBlend.weights(n)
		for i, v := range w {
			assert.Positive(t, v)
			assert.Equal(t, w[n-1-i], v, "a tile has no preferred side")
		}
		assert.InDelta(t, 1, w[n/2], map[bool]float64{true: 0.9, false: 0.2}[n == 2])
	}
	w := GaussianBlend.weights(65) // deviation 65/8 around 32
	assert.Equal(t, float32(1), w[32])
	assert.InDelta(t, 0.606531, w[32+8], 0.02)
	assert.Equal(t, []float32{1, 1, 1}, FlatBlend.weights(3))
	assert.Equal(t, []int{0, 1, 2, 3, 2, 1, 0, 1}, func() (list []int) {
		for i := range 8 {
			list = append(list, mirrored(i, 4))
		}
		return list
	}())
}

// TestTilesOfASmallFieldAreTheWhole: where a model sees 5×5 pixels, tiles change what is near their sides alone, and a
// Gaussian counts that little. Along the sides of the picture the tile's zeros are those of the whole.
func TestTilesOfASmallFieldAreTheWhole(t *testing.T) {
	const h, w = 83, 131
	model := newSmallNet(4)
	pictures := []*raster.Image{noise(h, w, 1)}
	whole := predicted(t, Predictor{Model: model}, setOf(t, h, w, normal, pictures...))[0].Probabilities
	for _, tile := range [][2]int{{48, 48}, {32, 64}, {51, 33}} {
		ds := setOf(t, 16, 16, normal, pictures...)
		for _, blend := range []Weighting{GaussianBlend, FlatBlend} {
			p := Predictor{Model: model, Batch: 3, Tiling: &Tiling{H: tile[0], W: tile[1], Overlap: 0.5, Blend: blend}}
			got := predicted(t, p, ds)[0]
			require.Equal(t, []int{h, w, 4}, []int{got.Probabilities.H, got.Probabilities.W, got.Probabilities.C})
			worst := worstOf(got.Probabilities, whole, func(int, int) bool { return true })
			t.Logf("tiles of %d×%d, %s: probabilities differ from the whole by at most %.2g", tile[0], tile[1], blend, worst)
			if blend == GaussianBlend {
				assert.Less(t, worst, 1e-3, "%v: no seams", tile)
				continue
			}
			assert.Greater(t, worst, 1e-3, "%v: a tile's zeros count as much as the rest", tile)
			ys, xs := raster.TileStarts(h, tile[0], 0.5), raster.TileStarts(w, tile[1], 0.5)
			inside := func(y, x int) bool { return !nearSide(y, ys, tile[0], h) && !nearSide(x, xs, tile[1], w) }
			assert.LessOrEqual(t, worstOf(got.Probabilities, whole, inside), 1e-6, "%v: away from sides of tiles", tile)
		}
	}
}

// nearSide tells whether a place is within two pixels of a tile's side that is not the picture's.
func nearSide(at int, starts []int, tile, size int) bool {
	for _, s := range starts {
		if s > 0 && at >= s && at < s+2 || s+tile < size && at < s+tile && at >= s+tile-2 {
			return true
		}
	}
	return false
}

func worstOf(a, b *raster.Float, where func(y, x int) bool) float64 {
	worst := 0.0
	for i, v := range a.Pix {
		if d := float64(v - b.Pix[i]); where(i/a.C/a.W, i/a.C%a.W) && !(d <= worst && -d <= worst) {
			worst = max(d, -d)
		}
	}
	return worst
}

// TestTilesOfAnySize: pictures smaller than a tile, of odd sizes, of a pixel; a model of single pixels sees what it sees in
// the whole.
func TestTilesOfAnySize(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {5, 40}, {40, 5}, {16, 16}, {17, 16}, {33, 63}, {64, 15}} {
		im := noise(size[0], size[1], 1)
		want := predicted(t, Predictor{Model: colorModel()}, setOf(t, size[0], size[1], normal, im))[0]
		for _, overlap := range []float64{0, 0.25, 0.5} {
			p := Predictor{Model: colorModel(), Batch: 4, Tiling: &Tiling{H: 16, W: 16, Overlap: overlap}}
			got := predicted(t, p, setOf(t, 8, 8, normal, im))[0]
			require.InDeltaSlice(t, want.Probabilities.Pix, got.Probabilities.Pix, 2e-6, "%v", size)
			assert.Equal(t, want.Classes, got.Classes)
		}
	}
}

func TestTilesDoNotDependOnBatchOrThreads(t *testing.T) {
	defer parallel.SetWorkers(0)
	ds := setOf(t, 8, 8, normal, noise(50, 70, 1), noise(9, 30, 2))
	p := Predictor{Model: newSmallNet(3), Batch: 1, Views: parsed(t, "hflip"), Tiling: &Tiling{H: 24, W: 24, Overlap: 0.3, Factor: 0.8}}
	parallel.SetWorkers(1)
	want := predicted(t, p, ds)
	assert.Equal(t, []int{50, 70}, []int{want[0].Classes.H, want[0].Classes.W})
	for _, batch := range []int{2, 7} {
		parallel.SetWorkers(3)
		p.Batch = batch
		assert.Equal(t, want, predicted(t, p, ds))
	}
}

// TestTilesOfTasks compares what is chosen row by row with what is chosen of the whole.
func TestTilesOfTasks(t *testing.T) {
	ds := setOf(t, 12, 12, normal, noise(40, 50, 1))
	for _, task := range []metric.Task{metric.Multiclass, metric.Binary, metric.Multilabel} {
		classes := map[metric.Task]int{metric.Multiclass: 6, metric.Binary: 1, metric.Multilabel: 6}[task]
		p := Predictor{Model: newSmallNet(classes), Task: task, Thresholds: []float64{0.45}, Tiling: &Tiling{H: 16, W: 16, Overlap: 0.5}}
		r := predicted(t, p, ds)[0]
		want := Result{}
		p.choose(&want, r.Probabilities)
		assert.Equal(t, want.Classes, r.Classes, "%s", task)
		assert.Equal(t, want.Flags, r.Flags, "%s", task)

		p.NetworkSize = true
		small := predicted(t, p, ds)[0]
		require.Equal(t, []int{12, 12}, []int{small.Probabilities.H, small.Probabilities.W})
		assert.Equal(t, raster.ResizeFloat(r.Probabilities, 12, 12), small.Probabilities)
	}
	letterbox := normal
	letterbox.Fit = data.Letterbox
	ds = setOf(t, 12, 12, letterbox, noise(40, 20, 1))
	p := Predictor{Model: colorModel(), NetworkSize: true, Tiling: &Tiling{H: 16, W: 16}}
	small := predicted(t, p, ds)[0].Probabilities
	assert.Equal(t, make([]float32, 3*4), small.Pix[:3*4], "beside the picture there is nothing")
	back, err := ds.Restore(0, small)
	require.NoError(t, err)
	assert.Equal(t, []int{40, 20}, []int{back.H, back.W})
	for i := 0; i < len(back.Pix); i += 4 {
		require.InDelta(t, 1, back.Pix[i]+back.Pix[i+1]+back.Pix[i+2]+back.Pix[i+3], 0.4)
	}
}

// TestTilesOfAResizedPicture: half the size in, half the size predicted, and back as Restore would have it.
func TestTilesOfAResizedPicture(t *testing.T) {
	im := noise(40, 60, 1)
	want := predicted(t, Predictor{Model: colorModel()}, setOf(t, 20, 30, normal, im))[0]
	got := predicted(t, Predictor{Model: colorModel(), Tiling: &Tiling{H: 16, W: 16, Overlap: 0.5, Factor: 0.5}},
		setOf(t, 8, 8, normal, im))[0]
	require.InDeltaSlice(t, want.Probabilities.Pix, got.Probabilities.Pix, 1e-5)
}

// TestMemoryOfTilesIsThatOfRows doubles a picture's height again and again: what a slider keeps stays as it is.
func TestMemoryOfTilesIsThatOfRows(t *testing.T) {
	const w, tile = 200, 32
	kept := func(h int) int {
		e := &caster{model: newSmallNet(2)}
		defer e.free()
		s := &slider{caster: e, tiling: &Tiling{H: tile, W: tile, Overlap: 0.5}, batch: 4, c: 3}
		rows := 0
		require.NoError(t, s.run(h, w, func(row []float32) error { return nil }, func(row []float32) error {
			rows++
			require.Len(t, row, w*2)
			return nil
		}))
		require.Equal(t, h, rows)
		return cap(s.rows) + cap(s.sums) + cap(s.tiles)
	}
	first := kept(64)
	assert.LessOrEqual(t, first, tile*w*(3+2)+4*tile*tile*3)
	assert.Equal(t, first, kept(1024))
}

// TestProgress: nothing is told twice, and the last is all.
func TestProgress(t *testing.T) {
	ds := setOf(t, 8, 8, normal, noise(50, 70, 1), noise(9, 30, 2))
	for want, tiling := range map[int]*Tiling{2: nil, 6: {H: 16, W: 16, Overlap: 0.3}} {
		var parts []float64
		p := Predictor{Model: colorModel(), Batch: 1, Tiling: tiling, Progress: func(part float64) { parts = append(parts, part) }}
		run(t, p, ds)
		require.Len(t, parts, want)
		assert.IsIncreasing(t, parts)
		assert.Equal(t, 1.0, parts[want-1])
	}
}

func TestTilesStopAndNameTheFile(t *testing.T) {
	ds := setOf(t, 8, 8, normal, noise(50, 70, 1))
	p := Predictor{Model: colorModel(), Batch: 1, Tiling: &Tiling{H: 16, W: 16}}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := p.Run(ctx, ds, func(Result) error { return nil })
	assert.ErrorIs(t, err, context.Canceled)
	missing := data.Record{ID: "x", Image: t.TempDir() + "/x.tif"}
	ds, err = data.NewDataset(data.Manifest{missing}, data.Options{H: 8, W: 8, C: 3})
	require.NoError(t, err)
	_, err = p.Run(context.Background(), ds, func(Result) error { return nil })
	assert.ErrorContains(t, err, missing.Image)
	assert.ErrorContains(t, err, "image")
}

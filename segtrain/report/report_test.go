package report

import (
	"fmt"
	"math"
	"time"

	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/segtrain/synth"
)

// sample is a whole report on drawn pictures whose predictions are the truth, shifted and with some things
// misnamed.
func sample(n, side int) Report {
	names := append(synth.Names(), "never seen")
	r := Report{
		Title: "circles & <squares>", Subtitle: "U-Net, EfficientNet-B0, on 40 drawn pictures",
		Finished: time.Date(2026, 3, 4, 15, 6, 0, 0, time.UTC),
		Palette:  raster.Palette(len(names)), Ignore: -1,
		BestEpoch: 11, TotalEpochs: 12, ImagesPerSecond: 31.42, Seconds: 87.3,
		Config: "model:\n  encoder: efficientnet-b0\n", Env: []Field{{"CPU", "a processor"}, {"ISA", "avx2"}},
		Notes: []string{"the log ended in a torn line; 12 bytes were cut off"},
		Next:  []string{"segtrain eval runs/demo", "segtrain predict runs/demo pictures/"},
	}
	copy(r.Palette, synth.Palette())
	all := metric.NewConfusion(len(names))
	for i := range n {
		im, truth := synth.Draw(2, i*7, side, side)
		guess := predict(truth, i)
		all.Add(truth.Pix, guess.Pix, -1)
		s := Sample{ID: fmt.Sprintf("images/%04d.png", i*7), Score: 0.9 - 0.03*float64(i), Image: im, Truth: truth, Prediction: guess}
		r.Best, r.Worst = append(r.Best, s), append([]Sample{s}, r.Worst...)
	}
	r.Best, r.Worst = r.Best[:(n+1)/2], r.Worst[:(n+1)/2]
	r.Metrics = all.Report(names)
	for i := range 480 {
		x := float64(i) / 480
		wobble := math.Sin(float64(i*i)) * 0.12
		r.Steps = append(r.Steps, Step{i + 1, 0.12 + (1.7+wobble)*math.Exp(-5*x) + wobble*0.4,
			1e-3 * min(float64(i+1)/48, 0.5+0.5*math.Cos(math.Pi*x))})
	}
	for e := 1; e <= 12; e++ {
		x := float64(e) / 12
		fall := math.Exp(-4 * x)
		r.Epochs = append(r.Epochs, Epoch{e, 40 * e, 0.1 + fall, 0.2 + 1.3*fall, 0.87 - 0.8*fall})
	}
	r.Epochs[11].MeanIoU -= 0.02
	return r
}

// predict moves the truth by a pixel or two and takes some things for others.
func predict(truth *raster.Mask, i int) *raster.Mask {
	out := raster.NewMask(truth.H, truth.W)
	for p := range out.Pix {
		y, x := p/truth.W, p%truth.W
		from := truth.Pix[max(0, y-i%3)*truth.W+max(0, x-1)]
		if from == synth.Ring && i%2 == 0 && y < truth.H/2 {
			from = synth.Coin
		}
		if from == synth.Ribbon && x%9 < i {
			from = synth.Ground
		}
		out.Pix[p] = from
	}
	return out
}

package bench

import (
	"testing"

	"tessera/autograd"
	"tessera/kernels"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/nn/loss"
	"tessera/optim"
	"tessera/segtrain/train"
	"tessera/tensor"
)

const classes = 11

// BenchmarkStep trains Unet("efficientnet-b0", classes=11) on batches of 8 pictures of 256×256.
func BenchmarkStep(b *testing.B) { benchmarkStep(b, kernels.Float32, tensor.Dims(8, 256, 256, 3)) }

// BenchmarkStepPrecision is BenchmarkStep in the other precisions.
func BenchmarkStepPrecision(b *testing.B) {
	for _, p := range []kernels.Precision{kernels.Float16, kernels.BFloat16, kernels.BFloat16x3} {
		b.Run(p.String(), func(b *testing.B) { benchmarkStep(b, p, tensor.Dims(8, 256, 256, 3)) })
	}
}

// BenchmarkStepSize tells what a pixel costs from 2 to 16 pictures and from 128×128 to 1024×1024.
func BenchmarkStepSize(b *testing.B) {
	for _, s := range []tensor.Shape{tensor.Dims(2, 256, 256, 3), tensor.Dims(16, 256, 256, 3),
		tensor.Dims(16, 128, 128, 3), tensor.Dims(4, 512, 512, 3), tensor.Dims(2, 1024, 1024, 3)} {
		b.Run(s.String(), func(b *testing.B) { benchmarkStep(b, kernels.Float32, s) })
	}
}

func benchmarkStep(b *testing.B, precision kernels.Precision, s tensor.Shape) {
	n, h, w, c := s.NHWC()
	model := unet(b)
	opt := optim.NewAdamW(nn.Params(model), optim.DefaultAdamW)
	step, err := train.NewStepIn(precision, model, loss.CrossEntropy{Ignore: classes}, opt, n, h, w, c, 1, 1)
	if err != nil {
		b.Fatal(err)
	}
	defer step.Free()
	images, masks := pictures(s), make([]uint8, n*h*w)
	for i := range masks {
		masks[i] = uint8(autograd.Uniform(2, uint64(i)) * (classes + 1))
	}
	i := 0
	run := func() {
		if _, _, err := step.Run(i, 1e-3, images, masks); err != nil {
			b.Fatal(err)
		}
		i++
	}
	run()
	b.ReportAllocs()
	begin := processorTime()
	for b.Loop() {
		run()
	}
	b.ReportMetric(float64((processorTime()-begin).Milliseconds())/float64(b.N), "cpu-ms")
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "img/s")
	b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(n*h*w*b.N), "ns/pixel")
	b.ReportMetric(float64(step.Bytes())/(1<<20), "arena-MB")
}

// unet makes the reference model with fresh weights.
func unet(b *testing.B) *decoder.Unet {
	rng := nn.NewRand(1)
	e, err := encoder.New("efficientnet-b0", rng, encoder.Options{DropConnect: 0.2})
	if err != nil {
		b.Fatal(err)
	}
	model, err := decoder.NewUnet(rng, e, decoder.UnetOptions{Classes: classes})
	if err != nil {
		b.Fatal(err)
	}
	return model
}

// pictures returns noise of a shape.
func pictures(s tensor.Shape) []float32 {
	images := make([]float32, s.Size())
	for i := range images {
		images[i] = float32(autograd.Uniform(1, uint64(i)))*4 - 2
	}
	return images
}

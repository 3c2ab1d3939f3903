package bench

import (
	"testing"

	"tessera/autograd"
	"tessera/kernels"
	"tessera/tensor"
)

// BenchmarkPredict infers batches of 8 pictures of 256×256, and one of 512×512, with Unet("efficientnet-b0", classes=11).
func BenchmarkPredict(b *testing.B) {
	for _, s := range []tensor.Shape{tensor.Dims(8, 256, 256, 3), tensor.Dims(1, 512, 512, 3)} {
		b.Run(s.String(), func(b *testing.B) { benchmarkPredict(b, kernels.Float32, s) })
	}
}

// BenchmarkPredictPrecision is BenchmarkPredict with convolutions in bfloat16.
func BenchmarkPredictPrecision(b *testing.B) {
	for _, p := range []kernels.Precision{kernels.BFloat16, kernels.BFloat16x3} {
		b.Run(p.String(), func(b *testing.B) { benchmarkPredict(b, p, tensor.Dims(8, 256, 256, 3)) })
	}
}

func benchmarkPredict(b *testing.B, precision kernels.Precision, s tensor.Shape) {
	tape := autograd.NewTape(autograd.Inference)
	tape.FixedWeights, tape.Precision = true, precision
	x := tape.Input(s)
	tape.Output(unet(b).Forward(tape, x))
	if err := tape.Plan(); err != nil {
		b.Fatal(err)
	}
	defer tape.Free()
	copy(x.Value(), pictures(s))
	tape.Forward()
	b.ReportAllocs()
	begin := processorTime()
	for b.Loop() {
		tape.Forward()
	}
	b.ReportMetric(float64((processorTime()-begin).Milliseconds())/float64(b.N), "cpu-ms")
	b.ReportMetric(float64(s.Dim(0)*b.N)/b.Elapsed().Seconds(), "img/s")
	b.ReportMetric(float64(tape.Bytes())/(1<<20), "arena-MB")
}

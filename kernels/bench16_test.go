package kernels

import (
	"fmt"
	"testing"
)

// BenchmarkNorm16 times what goes over maps in bfloat16, of 96 channels, in the second-level cache and beyond the last one.
func BenchmarkNorm16(b *testing.B) {
	const c = 96
	for _, rows := range []int{1 << 10, 1 << 17} {
		n := rows * c
		x, y, z := make([]uint16, n), make([]uint16, n), make([]uint16, n)
		f, a := make([]float32, 1<<10*c), make([]float32, c)
		for i := range a {
			a[i] = 1
		}
		for i := range x {
			x[i], y[i] = uint16(0x3f80+i%128), 0x3f80
		}
		sub := func(name string, bytes int, run func()) {
			b.Run(fmt.Sprint(name, "/", rows), func(b *testing.B) {
				b.SetBytes(int64(bytes * n))
				for b.Loop() {
					run()
				}
			})
		}
		stream := Streams(n)
		sub("affine", 4, func() { ChannelAffine16(rows, c, stream, x, a, a, z) })
		sub("silu", 4, func() { ChannelAffineSiLU16(rows, c, stream, x, a, a, z) })
		sub("grad", 6, func() { BatchNormGrad16(rows, c, stream, x, y, a, a, a, z) })
		tasks := func(run func(at int)) func() {
			return func() {
				for at := 0; at < n; at += len(f) {
					run(at)
				}
			}
		}
		sub("moments", 6, tasks(func(at int) { ChannelMoments16(1<<10, c, f, a, a, a, z[at:]) }))
		sub("narrow", 6, tasks(func(at int) { F32ToBF16(f, z[at:at+len(f)]) }))
		sub("widen", 6, tasks(func(at int) { BF16ToF32(x[at:at+len(f)], f) }))
		sub("relusums", 8, tasks(func(at int) { NormGradSums16(Gate16ReLU, 1<<10, c, x[at:], a, a, a, f, a, a, z[at:]) }))
		sub("silusums", 8, tasks(func(at int) { NormGradSums16(Gate16SiLU, 1<<10, c, x[at:], a, a, a, f, a, a, z[at:]) }))
	}
}

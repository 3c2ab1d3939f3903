package kernels

import (
	"fmt"
	"testing"
)

// BenchmarkTile times one tile whose operands lie in the first-level cache: the limit of everything built on it.
func BenchmarkTile(b *testing.B) {
	k := gemmTile.fn
	const klen = 144
	a, packed, c := make([]float32, k.mr*klen), make([]float32, klen*k.nr), make([]float32, k.mr*k.nr)
	rows := make([]int, k.mr)
	for i := range rows {
		rows[i] = i * klen
	}
	for _, width := range []int{k.nr, k.nr / 2} {
		run, _ := k.panel(width)
		t := tile{a: a, b: packed, c: c, rows: rows, segs: []int{0}, klen: klen, step: 1, ldc: width, mask: 1<<width - 1}
		b.Run(fmt.Sprintf("%dx%d", k.mr, width), func(b *testing.B) {
			for b.Loop() {
				run(t, 1)
			}
			b.ReportMetric(2*float64(k.mr*width*klen)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}

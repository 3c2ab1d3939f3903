package bench

import (
	"fmt"
	"time"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// A Roof is what this machine can do at most, with the instruction set that kernels use and parallel.Workers() threads.
type Roof struct {
	ISA     string  `json:"isa"`
	Threads int     `json:"threads"`
	Core    float64 `json:"core_gflops"` // fused multiply-adds of one thread, GFLOP/s
	Peak    float64 `json:"peak_gflops"` // of all threads
	Copy    float64 `json:"copy_gbs"`    // memory read and written by all threads that copy, GB/s
}

// A burst runs rounds of fused multiply-adds that touch registers alone: independent chains, enough of them to hide
// their latency, so that nothing else limits it.
type burst struct {
	flops int // of a round
	run   func(rounds int)
}

// bursts has one for each instruction set that files of an architecture know; generic Go is always there.
var bursts = map[kernels.ISA]burst{kernels.Generic: {2 * 8, burstGeneric}}

// sink keeps the compiler from leaving burstGeneric out.
var sink float32

// burstGeneric multiplies and adds in Go. Kernels in generic Go round multiply-adds once and are much slower.
func burstGeneric(rounds int) {
	var a, b, c, d, e, f, g, h float32
	x := sink
	for range rounds {
		a, b, c, d = float32(x*x)+a, float32(x*x)+b, float32(x*x)+c, float32(x*x)+d
		e, f, g, h = float32(x*x)+e, float32(x*x)+f, float32(x*x)+g, float32(x*x)+h
	}
	sink = a + b + c + d + e + f + g + h
}

// Sizes of the measurements: a task of fused multiply-adds takes some tens of microseconds, the arrays to be copied are
// beyond any cache, and a piece of them is what one call of copy takes.
const (
	burstRounds = 2048
	burstTasks  = 64 // a thread
	copyFloats  = 32 << 20
	copyPiece   = 64 << 10
	attempts    = 8
)

// MeasureRoof measures for half a second or so. Like all figures here the best of some attempts counts: what other
// programs take away is not the machine's limit. The error is a lack of memory.
func MeasureRoof() (Roof, error) {
	r := Roof{ISA: kernels.Active().String(), Threads: parallel.Workers()}
	b := bursts[kernels.Active()]
	task := func(int, int) { b.run(burstRounds) }
	flops := float64(b.flops * burstRounds * burstTasks)
	r.Core = flops / best(attempts, 0, func() {
		for i := range burstTasks {
			task(i, 0)
		}
	}).Seconds() / 1e9
	all := burstTasks * r.Threads
	r.Peak = flops * float64(r.Threads) / best(attempts, 0, func() { parallel.For(all, task) }).Seconds() / 1e9

	var arrays [2][]float32
	for i := range arrays {
		a, err := tensor.NewArena(copyFloats)
		if err != nil {
			return r, fmt.Errorf("measuring memory: %w", err)
		}
		defer a.Free()
		arrays[i] = a.Floats(0, copyFloats)
	}
	piece := func(i, _ int) { copy(arrays[1][i*copyPiece:][:copyPiece], arrays[0][i*copyPiece:]) }
	copyAll := func() { parallel.For(copyFloats/copyPiece, piece) }
	clear(arrays[0]) // an untouched page may share one page of zeros
	r.Copy = 2 * 4 * copyFloats / best(attempts, 0, copyAll).Seconds() / 1e9
	return r, nil
}

// best runs once to warm up, then at least so many times and as long as d, and returns the shortest time.
func best(times int, d time.Duration, run func()) time.Duration {
	run()
	shortest := time.Duration(1<<63 - 1)
	for begin, i := time.Now(), 0; i < times || time.Since(begin) < d; i++ {
		start := time.Now()
		run()
		shortest = min(shortest, time.Since(start))
	}
	return max(shortest, 1)
}

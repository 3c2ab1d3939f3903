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
// beyond most caches, and a piece of them is what one call of copy takes.
const (
	burstRounds = 2048
	burstTasks  = 128 // a thread
	copyFloats  = 32 << 20
	copyPiece   = 64 << 10
	roofEvery   = time.Second / 2
)

// A roofMeter measures roofs again and again and keeps the highest: what other programs take away, or a low clock, is
// not the machine's limit.
type roofMeter struct {
	roof     Roof
	from, to *tensor.Arena
	last     time.Time
}

// newRoofMeter reserves memory, which Free gives back, and measures for half a second or so.
func newRoofMeter() (*roofMeter, error) {
	m := &roofMeter{roof: Roof{ISA: kernels.Active().String(), Threads: parallel.Workers()}}
	var err error
	if m.from, err = tensor.NewArena(copyFloats); err != nil {
		return nil, fmt.Errorf("measuring memory: %w", err)
	}
	if m.to, err = tensor.NewArena(copyFloats); err != nil {
		m.from.Free()
		return nil, fmt.Errorf("measuring memory: %w", err)
	}
	clear(m.from.Floats(0, copyFloats)) // untouched pages may all be one page of zeros
	for range 8 {
		m.measure()
	}
	return m, nil
}

// Free gives the memory back.
func (m *roofMeter) Free() {
	m.from.Free()
	m.to.Free()
}

// again measures if that was not done lately.
func (m *roofMeter) again() {
	if time.Since(m.last) > roofEvery {
		m.measure()
		m.last = time.Now()
	}
}

// measure takes some hundredths of a second.
func (m *roofMeter) measure() {
	b := bursts[kernels.Active()]
	gflop := float64(b.flops*burstRounds*burstTasks) / 1e9
	task := func(int, int) { b.run(burstRounds) }
	one := best(2, 0, func() {
		for i := range burstTasks {
			task(i, 0)
		}
	})
	all := best(2, 0, func() { parallel.For(burstTasks*m.roof.Threads, task) })
	from, to := m.from.Floats(0, copyFloats), m.to.Floats(0, copyFloats)
	piece := func(i, _ int) { copy(to[i*copyPiece:][:copyPiece], from[i*copyPiece:]) }
	copied := best(1, 0, func() { parallel.For(copyFloats/copyPiece, piece) })

	m.roof.Core = max(m.roof.Core, gflop/one.Seconds())
	m.roof.Peak = max(m.roof.Peak, m.roof.Core, gflop*float64(m.roof.Threads)/all.Seconds())
	m.roof.Copy = max(m.roof.Copy, 2*4*copyFloats/copied.Seconds()/1e9)
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

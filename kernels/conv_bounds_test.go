package kernels_test

import (
	"testing"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

// TestStridedGradInputStaysInItsBand has bands of several rows whose pixels do not fill whole tiles: what a tile reads
// beyond a row must be of that row again, not of the one after the band. Generic Go panics if it is not.
func TestStridedGradInputStaysInItsBand(t *testing.T) {
	kerneltest.EachISA(t, func(t *testing.T) {
		w := kernels.Window{IH: 32, IW: 28, KH: 3, KW: 3, SH: 2, SW: 2, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
		c := kernels.NewConv(2, 4, 8, 1, w)
		dy, weights := kerneltest.Floats(1, 2*16*14*8), kerneltest.Floats(2, 9*4*8)
		packed, dx := make([]float32, c.BackPacked()), make([]float32, 2*32*28*4)
		for i := range c.PackBackTasks() {
			c.PackBack(i, weights, packed)
		}
		for i := range c.GradInputTasks() {
			c.GradInput(i, false, dy, packed, dx, make([]float32, c.Scratch()))
		}
	})
}

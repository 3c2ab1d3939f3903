package raster

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestRecentKeepsEight asks for more sizes than are kept, from several goroutines.
func TestRecentKeepsEight(t *testing.T) {
	var r recent[[2]int]
	made := 0
	one := func(in, out int) *[2]int { made++; return &[2]int{in, out} }
	for i := range 8 {
		assert.Equal(t, [2]int{i, 2 * i}, *r.of(i, 2*i, one))
	}
	for i := range 8 {
		assert.Equal(t, [2]int{i, 2 * i}, *r.of(i, 2*i, one))
	}
	assert.Equal(t, 8, made)
	r.of(8, 16, one)
	r.of(0, 0, one)
	assert.Equal(t, 10, made, "the first was dropped")
	var g sync.WaitGroup
	for k := range 4 {
		g.Go(func() {
			for i := range 200 {
				in := (i*k + k) % 11
				if v := r.of(in, in+1, func(in, out int) *[2]int { return &[2]int{in, out} }); *v != [2]int{in, in + 1} {
					t.Error("another size's", *v)
				}
			}
		})
	}
	g.Wait()
}

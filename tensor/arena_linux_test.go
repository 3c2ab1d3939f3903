package tensor_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/tensor"
)

func TestHugePages(t *testing.T) {
	x := make([]float32, 2<<20)
	for i := range x {
		x[i] = float32(i)
	}
	tensor.HugePages(x[:100], x[100:1<<20], x[1<<20:], nil)
	for i, v := range x {
		if v != float32(i) {
			require.Equal(t, float32(i), v)
		}
	}
	if on, err := os.ReadFile("/sys/kernel/mm/transparent_hugepage/enabled"); err != nil || strings.Contains(string(on), "[never]") || runtime.GOARCH != "amd64" {
		return // no huge pages, or an emulator without them
	}
	assert.Positive(t, hugeAround(t, x), "KB in huge pages")
}

// hugeAround returns the KB in huge pages of the mappings where x lies.
func hugeAround(t *testing.T, x []float32) (kb int) {
	begin := uintptr(unsafe.Pointer(unsafe.SliceData(x)))
	text, err := os.ReadFile("/proc/self/smaps")
	require.NoError(t, err)
	inside := false
	for line := range strings.Lines(string(text)) {
		var from, to uintptr
		if n, _ := fmt.Sscanf(line, "%x-%x", &from, &to); n == 2 {
			inside = from < begin+uintptr(4*len(x)) && begin < to
		}
		n := 0
		if m, _ := fmt.Sscanf(line, "AnonHugePages: %d kB", &n); m == 1 && inside {
			kb += n
		}
	}
	return kb
}

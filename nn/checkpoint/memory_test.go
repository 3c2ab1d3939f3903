package checkpoint

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// allowance is what a reader may take beyond a file's size, whatever the file says.
const allowance = 64 << 20

// allocated is all that f ever allocates, garbage and all.
func allocated(f func()) int64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int64(after.TotalAlloc - before.TotalAlloc)
}

// takes is the most memory that f has at a time, as far as a collector sees it that runs often.
func takes(f func()) int64 {
	defer debug.SetGCPercent(debug.SetGCPercent(5))
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	before, most := sample[0].Value.Uint64(), uint64(0)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	for {
		metrics.Read(sample)
		most = max(most, sample[0].Value.Uint64())
		select {
		case <-done:
			return int64(most) - int64(before)
		case <-time.After(100 * time.Microsecond):
		}
	}
}

// TestMemoryOfPickles gives files that want to grow.
func TestMemoryOfPickles(t *testing.T) {
	stretched := "\x80\x02]" + tensorCall("K\x02", "K\x00", "J\x00\x00\x08\x00J\x08\x00\x00\x00", "K\x00K\x01")
	two := strings.Replace(stretched, "J\x08\x00\x00\x00", "K\x02", 1) // 4 MB each
	items := "]q\x00(" + strings.Repeat("K\x01K\x02\x86", 30000) + "e" // 30000 pairs, copied by each call
	shared := "\x80\x02" + tensorCall("K\x02", "K\x00", "K\x02", "K\x01")
	name := "U\xff" + strings.Repeat("x", 255)
	for what, pickle := range map[string]string{
		"dicts":     "\x80\x02" + strings.Repeat("}", maxPushed+1),
		"marks":     "\x80\x02" + strings.Repeat("(", maxPushed+1),
		"calls":     "\x80\x02" + strings.Repeat("ccollections\nOrderedDict\n)R", maxPushed/3+1),
		"memo":      "\x80\x02" + strings.Repeat("]\x94", maxPushed+1),
		"list":      "\x80\x02]" + strings.Repeat("Na", maxPushed),
		"dict":      "\x80\x02}" + strings.Repeat("NNs", maxPushed/2),
		"copies":    "\x80\x02" + items + strings.Repeat("ccollections\nOrderedDict\nh\x00\x85R", 2000) + ".",
		"stretched": two + "a" + strings.Repeat(two[3:]+"a", 20) + ".",
		"tensors":   shared + strings.Repeat("q\x00h\x00\x86", 18) + ".",
		"names": shared + strings.Repeat("q\x00}(U\x01ah\x00U\x01bh\x00u", 14) +
			strings.Repeat("q\x00}("+name+"h\x00u", 3) + ".",
		"long names": "\x80\x02Nq\x00}(X\x00\x00\x01\x00" + strings.Repeat("x", 1<<16) + "h\x00u" +
			strings.Repeat("q\x00h\x00\x86", 19) + ".",
	} {
		whole := torchFile(t, pickle, 8)
		var err error
		all := allocated(func() { _, _, err = read(whole) })
		assert.Error(t, err, what)
		t.Logf("%-10s %3d MB in all, file %d MB: %.90v", what, all>>20, len(whole)>>20, err)
		assert.LessOrEqual(t, all, int64(len(whole)+allowance), "%s: all that was ever allocated", what)
	}
}

// TestMemoryOfHeaders gives the largest headers that are read.
func TestMemoryOfHeaders(t *testing.T) {
	repeat := func(format string) string { // numbered items, as many as a header has room for
		var b strings.Builder
		for i := 0; b.Len() < maxHeader-2<<10; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return strings.TrimSuffix(b.String(), ",")
	}
	long := strings.Repeat("x", maxHeader-1<<10)
	for what, header := range map[string]string{
		"tensors":  "{" + repeat(`"%x":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},`) + "}",
		"metadata": `{"__metadata__":{` + repeat(`"%x":"",`) + "}}",
		"shape":    `{"w":{"dtype":"U8","shape":[` + repeat(`%[1]d,`) + `],"data_offsets":[0,0]}}`,
		"text":     `{"__metadata__":{"a":"` + long + `"}}`,
		"name":     `{"` + long + `":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}`,
	} {
		require.LessOrEqual(t, len(header), maxHeader)
		whole := file(header, 0)
		var err error
		most := takes(func() { _, _, err = read(whole) })
		t.Logf("%-10s %3d MB beyond %d: %.90v", what, most>>20, len(whole)>>20, err)
		assert.LessOrEqual(t, most, int64(len(whole)+allowance), what)
	}
}

// TestMemoryOfArchives gives names as long as the format allows.
func TestMemoryOfArchives(t *testing.T) {
	var b bytes.Buffer
	z := newZipWriter(&b)
	require.NoError(t, z.add("a/"+strings.Repeat("x", maxName), nil))
	require.NoError(t, z.zip.Close())
	_, _, err := read(b.Bytes())
	assert.ErrorContains(t, err, "a name of 1026 bytes")
}

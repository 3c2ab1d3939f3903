package archtest

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var fused = flag.Bool("fused", false, "build for arm64 and look for fused multiply-adds")

// TestNothingIsFused holds this module to rounding every product.
func TestNothingIsFused(t *testing.T) {
	if !*fused {
		t.Skip("a minute; make fused asks for it")
	}
	found, err := Fused(filepath.Join("..", ".."))
	require.NoError(t, err)
	for _, v := range found {
		t.Error(v)
	}
}

func TestFusedIn(t *testing.T) {
	const listing = "# tessera/kernels\n" +
		"tessera/kernels.f STEXT size=64 args=0x20\n" +
		"\t0x0010 00016 (/src/kernels/f.go:40)\tFMULS\tF1, F2, F3\n" +
		"\t0x0014 00020 (/src/kernels/f.go:40)\tFMADDS\tF1, F2, F3, F4\n" +
		"\t0x0018 00024 (/src/kernels/f.go:7)\tFNMSUBD\tF1, F2, F3, F4\n" +
		"\t0x001c 00028 (/src/kernels/f.go:40)\tFMADDS\tF1, F2, F3, F4\n" +
		"\t0x0020 00032 (/src/internal/ref/f.go:1)\tFMADDD\tF1, F2, F3, F4\n" +
		"\t0x0024 00036 (/usr/local/go/src/math/rand/v2/rand.go:5)\tFMADDD\tF1, F2, F3, F4\n" +
		"segtrain/x.go:1: undefined\n"
	found, said, err := fusedIn(strings.NewReader(listing), "/src")
	require.NoError(t, err)
	assert.Equal(t, "segtrain/x.go:1: undefined", strings.TrimSpace(said[strings.LastIndex(strings.TrimSpace(said), "\n"):]))
	require.Len(t, found, 2)
	assert.Equal(t, "kernels/f.go:7: fused on arm64 (FNMSUBD): round the product by a conversion, as in float32(x*y) + z; "+
		"an inlined function may have made it, and its result can be converted as well", found[0].String())
	assert.True(t, strings.HasPrefix(found[1].String(), "kernels/f.go:40: fused on arm64 (FMADDS)"))

	_, _, err = fusedIn(strings.NewReader("# tessera/kernels\n"), "/src")
	assert.ErrorContains(t, err, "listed no instructions") // which would prove nothing
}

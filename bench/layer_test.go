package bench

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/kerneltest"
	"tessera/kernels"
)

// others are problems that the files do not have.
const others = "conv n1 c8 o12 h9w10 k3 p2 d2 g2\nconv n2 c5 o3 h11w8 k5 s2 p2\ndwconv n1 c20 h9w9 k3 p2 d2\n"

// shrunk returns small copies of all problems, none twice.
func shrunk(t *testing.T) []Problem {
	var list []Problem
	for _, name := range Names() {
		problems, err := Load(name)
		require.NoError(t, err)
		list = append(list, problems...)
	}
	more, err := Read(strings.NewReader(others), "others")
	require.NoError(t, err)
	seen := map[Problem]bool{}
	var small []Problem
	for _, p := range append(list, more...) {
		p = p.Shrunk()
		p.Name = ""
		if !seen[p] {
			small = append(small, p)
		}
		seen[p] = true
	}
	return small
}

// TestLayers runs every pass of every problem, shrunk, in each instruction set: the results are finite, not zero,
// and have the same bits.
func TestLayers(t *testing.T) {
	for _, p := range shrunk(t) {
		t.Run(p.String(), func(t *testing.T) {
			want := map[Direction][]float32{}
			kerneltest.EachISA(t, func(t *testing.T) {
				l, err := NewLayer(p)
				require.NoError(t, err)
				defer l.Free()
				for _, pass := range l.Passes {
					pass.Run()
					require.True(t, kernels.AllFinite(pass.Out), pass.Direction)
					require.NotZero(t, kernels.SumSquares(pass.Out), pass.Direction)
					if w, ok := want[pass.Direction]; ok {
						kerneltest.Equal(t, w, pass.Out)
					}
					want[pass.Direction] = append([]float32(nil), pass.Out...)
				}
			})
		})
	}
}

func TestShrunkKeepsWhatMatters(t *testing.T) {
	for line, want := range map[string]string{
		"conv n8 c432 o256 h16w128 k3 s2 p0+1":     "conv n2 c16 o16 h16w8 k3 s2 p0+1",
		"conv n1 c96 o96 h100w100 k3 s1 p6 g32 d6": "conv n1 c96 o96 h13w13 k3 s1 p6 g32 d6",
		"norm n8 c1157 h8w8 silu":                  "norm n2 c21 h8w8 silu",
		"gemm m1024 n1030 k7":                      "gemm m8 n22 k7",
	} {
		p, err := Parse(line)
		require.NoError(t, err)
		assert.Equal(t, want, p.Shrunk().String())
	}
}

// TestWork counts FLOPs, folded FLOPs and bytes by hand.
func TestWork(t *testing.T) {
	const n, h, w, c, o = 2, 4, 6, 8, 16
	for line, want := range map[string]map[Direction][3]int{
		"conv n2 c8 o16 h4w6 k3 p1": {
			Forward: {2 * n * h * w * 9 * c * o, 2 * n * h * w * 9 * c * o, 4 * (n*h*w*(c+o) + 9*c*o)},
			Input:   {2 * n * h * w * 9 * c * o, 2 * n * h * w * 9 * c * o, 4 * (n*h*w*(c+o) + 9*c*o)},
			Weight:  {2 * n * h * w * 9 * c * o, 2 * n * h * w * 9 * c * o, 4 * (n*h*w*(c+o) + 9*c*o)},
		},
		"conv n2 c8 o16 h4w6 k3 p1 leaf": {
			Forward: {2 * n * h * w * 9 * c * o, 2 * n * h * w * 9 * c * o, 4 * (n*h*w*(c+o) + 9*c*o)},
			Weight:  {2 * n * h * w * 9 * c * o, 2 * n * h * w * 9 * c * o, 4 * (n*h*w*(c+o) + 9*c*o)},
		},
		"conv n2 c16 o16 h4w6 k3 p1 leaf": { // by tiles of 2×2 pixels
			Forward: {2 * n * h * w * 4 * 2 * c * o, 2 * n * h * w * 9 * 2 * c * o, 4 * (n*h*w*(2*c+o) + 9*2*c*o)},
			Weight:  {2 * n * h * w * 4 * 2 * c * o, 2 * n * h * w * 9 * 2 * c * o, 4 * (n*h*w*(2*c+o) + 9*2*c*o)},
		},
		"upconv n2 c8 o16 h4w6": { // 9 sums of taps on the small map
			Forward: {2 * n * h * w * 9 * c * o, 2 * n * 4 * h * w * 4 * c * o, 4 * (n*h*w*(c+4*o) + 9*c*o)},
			Input:   {2 * n * h * w * 9 * c * o, 2 * n * 4 * h * w * 4 * c * o, 4 * (n*h*w*(c+4*o) + 9*c*o)},
			Weight:  {2 * n * h * w * 9 * c * o, 2 * n * 4 * h * w * 4 * c * o, 4 * (n*h*w*(c+4*o) + 9*c*o)},
		},
		"dwconv n2 c8 h4w6 k3 s2 p0+1": {
			Forward: {2 * n * h * w / 4 * 9 * c, 2 * n * h * w / 4 * 9 * c, 4 * (n*h*w*c*5/4 + 9*c)},
			Input:   {2 * n * h * w / 4 * 9 * c, 2 * n * h * w / 4 * 9 * c, 4 * (n*h*w*c*5/4 + 9*c)},
			Weight:  {2 * n * h * w / 4 * 9 * c, 2 * n * h * w / 4 * 9 * c, 4 * (n*h*w*c*5/4 + 9*c)},
		},
		"norm n2 c8 h4w6 relu": {
			Forward: {6 * n * h * w * c, 6 * n * h * w * c, 12 * n * h * w * c},
			Input:   {8 * n * h * w * c, 8 * n * h * w * c, 20 * n * h * w * c},
		},
		"gemm m4 n16 k8": {Forward: {2 * 4 * 16 * 8, 2 * 4 * 16 * 8, 4 * (4*8 + 8*16 + 4*16)}},
	} {
		p, err := Parse(line)
		require.NoError(t, err)
		l, err := NewLayer(p)
		require.NoError(t, err)
		got := map[Direction][3]int{}
		for _, pass := range l.Passes {
			got[pass.Direction] = [3]int{pass.FLOPs, pass.Folded, pass.Bytes}
		}
		l.Free()
		assert.Equal(t, want, got, line)
	}
}

// BenchmarkProblem runs every pass of the problems of the files.
func BenchmarkProblem(b *testing.B) {
	for _, name := range Names() {
		list, err := Load(name)
		if err != nil {
			b.Fatal(err)
		}
		for _, p := range list {
			b.Run(p.String(), func(b *testing.B) { benchmarkLayer(b, p) })
		}
	}
}

func benchmarkLayer(b *testing.B, p Problem) {
	l, err := NewLayer(p)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Free()
	for _, pass := range l.Passes {
		b.Run(string(pass.Direction), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pass.Run()
			}
			b.ReportMetric(float64(pass.FLOPs)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			b.ReportMetric(float64(pass.Bytes)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GB/s")
		})
	}
}

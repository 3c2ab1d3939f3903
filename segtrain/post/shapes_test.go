package post

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

var sizes = [][2]int{{1, 1}, {1, 9}, {7, 1}, {13, 17}, {24, 20}}

func eachNoise(of Of, test func(name string, p *raster.Float)) {
	for seed, s := range slices.Repeat(sizes, 3) {
		test(fmt.Sprintf("%d×%d, seed %d", s[0], s[1], seed), noise(of, s[0], s[1], uint64(seed)))
	}
}

func TestComponentsAreWhatAWalkReaches(t *testing.T) {
	eachNoise(flagsOf("a"), func(name string, p *raster.Float) {
		for _, connectivity := range []int{4, 8} {
			plane := masks(t, flagsOf("a"), p)[0]
			labels, n := components(plane, p.H, p.W, connectivity)
			next := int32(1)
			for i, v := range plane {
				if v == 0 {
					require.Zero(t, labels[i], name)
					continue
				}
				if labels[i] == next { // numbers are in the order of first pixels
					next++
				}
				require.Less(t, labels[i], next, name)
				reached := flood(plane, p.H, p.W, i, connectivity)
				for j := range plane {
					require.Equal(t, reached[j], labels[j] == labels[i], "%s, connectivity %d", name, connectivity)
				}
			}
			require.EqualValues(t, next-1, n)
		}
	})
}

func TestRemoveSmallObjects(t *testing.T) {
	of, changed := flagsOf("a", "b"), 0
	eachNoise(of, func(name string, p *raster.Float) {
		for _, connectivity := range []int{4, 8} {
			plain := masks(t, of, p)
			got := masks(t, of, p, &RemoveSmallObjects{target: target{Classes: Names{"b"}}, MinSize: Values{9}, Connectivity: connectivity})
			assert.Equal(t, plain[0], got[0], name)
			for i, v := range plain[1] {
				want := v == 1 && len(flood(plain[1], p.H, p.W, i, connectivity)) >= 9
				require.Equal(t, want, got[1][i] == 1, "%s, connectivity %d, pixel %d", name, connectivity, i)
				if want != (v == 1) {
					changed++
				}
			}
		}
	})
	assert.Greater(t, changed, 50)
}

// TestSmallObjectsGoToTheMostProbableNeighbour looks at classes that exclude each other, by the definition.
func TestSmallObjectsGoToTheMostProbableNeighbour(t *testing.T) {
	moved := 0
	eachNoise(abc, func(name string, p *raster.Float) {
		for _, connectivity := range []int{4, 8} {
			plain := masks(t, abc, p)
			got := masks(t, abc, p, &RemoveSmallObjects{target: target{Classes: Names{"b"}}, MinSize: Values{0.05}, Connectivity: connectivity})
			for i := range plain[1] {
				part := flood(plain[1], p.H, p.W, i, connectivity)
				if plain[1][i] == 0 || float64(len(part)) >= 0.05*float64(p.H*p.W) {
					require.Equal(t, []uint8{plain[0][i], plain[1][i], plain[2][i]}, []uint8{got[0][i], got[1][i], got[2][i]}, name)
					continue
				}
				var sum [3]float64
				var touched [3]bool
				for _, j := range slices.Sorted(keysOf(part)) {
					for k := range sum {
						sum[k] += float64(p.Pix[3*j+k])
						grown := slices.Clone(plain[k])
						grown[j] = 1
						touched[k] = touched[k] || len(flood(grown, p.H, p.W, j, connectivity)) > 1
					}
				}
				want := 1
				switch {
				case touched[0] && (!touched[2] || sum[0] >= sum[2]):
					want = 0
				case touched[2]:
					want = 2
				}
				require.EqualValues(t, 1, got[want][i], "%s, connectivity %d", name, connectivity)
				moved++
			}
		}
	})
	assert.Greater(t, moved, 50)

	alone := &raster.Float{H: 1, W: 3, C: 3, Pix: []float32{0, 1, 0, 0, 1, 0, 0, 1, 0}}
	got := masks(t, abc, alone, &RemoveSmallObjects{MinSize: Values{9}, Connectivity: 8})
	assert.Equal(t, []uint8{1, 1, 1}, got[1], "a class that is all there is stays")
	got = masks(t, abc, alone, &RemoveSmallObjects{target: target{Background: "c"}, MinSize: Values{9}, Connectivity: 8})
	assert.Equal(t, []uint8{1, 1, 1}, got[2])
}

func keysOf(m map[int]bool) func(func(int) bool) {
	return func(yield func(int) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestLargestComponent(t *testing.T) {
	of := flagsOf("a")
	eachNoise(of, func(name string, p *raster.Float) {
		plain := masks(t, of, p)[0]
		step := &LargestComponent{Connectivity: 4}
		got := masks(t, of, p, step)[0]
		most, from := 0, -1
		for i, v := range plain {
			if n := len(flood(plain, p.H, p.W, i, 4)); v == 1 && n > most {
				most, from = n, i
			}
		}
		for i := range plain {
			want := from >= 0 && plain[i] == 1 && flood(plain, p.H, p.W, from, 4)[i]
			require.Equal(t, want, got[i] == 1, name)
		}
		assert.Equal(t, got, masks(t, of, p, step, step)[0], "twice is once")
	})
}

func TestFillHoles(t *testing.T) {
	of, filled := flagsOf("a"), 0
	eachNoise(of, func(name string, p *raster.Float) {
		for _, most := range []float64{0, 2} {
			plain := masks(t, of, p)[0]
			step := &FillHoles{MaxArea: Values{most}, Connectivity: 4}
			got := masks(t, of, p, step)[0]
			for i, v := range plain {
				want := v == 1
				if v == 0 && slices.Contains(plain, 1) {
					part, inside := flood(plain, p.H, p.W, i, 4), true
					for j := range part {
						inside = inside && j/p.W > 0 && j%p.W > 0 && j/p.W < p.H-1 && j%p.W < p.W-1
					}
					want = inside && (most == 0 || float64(len(part)) <= most)
				}
				require.Equal(t, want, got[i] == 1, name)
				if want != (v == 1) {
					filled++
				}
			}
			assert.Equal(t, got, masks(t, of, p, step, step)[0], "twice is once")
		}
	})
	assert.Greater(t, filled, 20)

	ring := raster.NewFloat(5, 5, 3) // of b about a dot of c, in a
	for i := range 25 {
		y, x := i/5, i%5
		ring.Pix[3*i+[]int{2, 1, 0}[max(abs(y-2), abs(x-2))]] = 1
	}
	got := masks(t, abc, ring, &FillHoles{Classes: Names{"b"}, MaxArea: Values{0}, Connectivity: 4})
	assert.NotContains(t, got[2], uint8(1), "where classes exclude each other the hole was another class")
	assert.EqualValues(t, 1, got[1][12])
}

func abs(v int) int { return max(v, -v) }

// covers tells whether an element with its middle at (y, x) reaches (v, u).
func covers(shape string, r, y, x, v, u int) bool {
	dy, dx := abs(v-y), abs(u-x)
	switch shape {
	case "square":
		return dy <= r && dx <= r
	case "cross":
		return dy == 0 && dx <= r || dx == 0 && dy <= r
	}
	return dy*dy+dx*dx <= r*r
}

// naive dilates (value 1) or erodes (0) by the definition.
func naive(plane []uint8, h, w int, shape string, r int, value uint8) []uint8 {
	out := slices.Clone(plane)
	for i := range plane {
		for j, v := range plane {
			if v == value && covers(shape, r, i/w, i%w, j/w, j%w) {
				out[i] = value
			}
		}
	}
	return out
}

func TestMorphology(t *testing.T) {
	of, changed := flagsOf("a"), 0
	eachNoise(of, func(name string, p *raster.Float) {
		for _, shape := range shapes {
			for _, r := range []int{1, 2, 3} {
				plain := masks(t, of, p)[0]
				m := Morphology{Shape: shape, Radius: Values{float64(r)}}
				for first, step := range []Step{&Opening{m}, &Closing{m}} {
					got := masks(t, of, p, step)[0]
					want := naive(naive(plain, p.H, p.W, shape, r, uint8(first)), p.H, p.W, shape, r, uint8(1-first))
					require.Equal(t, want, got, "%s, %s of radius %d", name, shape, r)
					require.Equal(t, got, masks(t, of, p, step, step)[0], "twice is once")
					if !slices.Equal(plain, got) {
						changed++
					}
				}
			}
		}
	})
	assert.Greater(t, changed, 50)

	dot := raster.NewFloat(5, 5, 3) // of b in a, and c is next
	for i := range 25 {
		copy(dot.Pix[3*i:], []float32{0.6, 0.1, 0.3})
	}
	copy(dot.Pix[3*12:], []float32{0.1, 0.6, 0.3})
	b := Morphology{target: target{Classes: Names{"b"}}, Shape: "square", Radius: Values{1}}
	assert.EqualValues(t, 1, masks(t, abc, dot, &Opening{b})[2][12], "the most probable other class of the pixel")
	b.Background = "a"
	assert.EqualValues(t, 1, masks(t, abc, dot, &Opening{b})[0][12])
	b.Radius = Values{0}
	assert.EqualValues(t, 1, masks(t, abc, dot, &Opening{b})[1][12])
}

package submission

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/disk"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
)

// TestRandomTablesReadBack writes random masks in random dialects, and reads them as training would.
func TestRandomTablesReadBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	for n := range 40 {
		classes := []string{"c0", "c1", "c2", "c3"}[:2+rng.IntN(3)]
		table := Table{ClassBy: ClassBy(pick("name", "index", "number")), Components: []int{0, 4, 8}[rng.IntN(3)],
			RLETable: data.RLETable{Image: "i", Runs: "r", Code: raster.RLE{Base: rng.IntN(2), Order: raster.Order(pick("rows", "columns"))}}}
		if empty := pick("", "-", "-1", "-1 -1", "none"); empty != "" {
			table.Code.Empty = []string{empty}
		}
		if table.Class = "c"; rng.IntN(2) == 0 {
			table.Class, table.Joint = "", pick("_", "#", "__")
		}
		masks := map[string]*raster.Mask{}
		for i := range 1 + rng.IntN(5) {
			h, w := 1+rng.IntN(30), 1+rng.IntN(30)
			m := random(rng.Uint64(), h, w, len(classes))
			if i%2 == 1 { // noise
				for j := range m.Pix {
					m.Pix[j] = uint8(rng.IntN(len(classes)))
				}
			}
			masks[fmt.Sprintf("m%d", i)] = m
		}
		m := folder(t, metric.Multiclass, classes, masks)
		written, err := ChooseClasses(metric.Multiclass, classes, nil, 0)
		require.NoError(t, err)
		out := filepath.Join(t.TempDir(), "s.csv")
		_, err = Write(context.Background(), m, Spec{Format: RLE, Classes: classes, Written: written, Table: table}, Options{Out: out})
		require.NoError(t, err, "%d: %+v", n, table)
		records, findings, err := data.ReadRLE(out, table.RLETable, data.RegionOptions{Images: m.Dir(), Classes: classes, Ignore: -1})
		require.NoError(t, err)
		require.NoError(t, findings.Err())
		require.Len(t, records, len(masks))
		for _, r := range records {
			want := masks[r.ID]
			got, err := r.ReadMask(raster.MaskCode{Coding: raster.IndexCode, Classes: len(classes), Ignore: -1}, want.H, want.W)
			require.NoError(t, err)
			require.Equal(t, want, got, "%d: %+v", n, table)
		}
	}
}

// TestComponents compares regions with those that a flood from each pixel finds.
func TestComponents(t *testing.T) {
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 2))
		m := raster.NewMask(1+rng.IntN(12), 1+rng.IntN(12))
		for i := range m.Pix {
			m.Pix[i] = uint8(rng.IntN(2))
		}
		for _, neighbours := range []int{4, 8} {
			want := flood(m, neighbours)
			for _, order := range []raster.Order{raster.RowMajor, raster.ColumnMajor} {
				seen := map[int]bool{}
				last := -1
				for _, r := range components(m, 1, order, neighbours) {
					require.Greater(t, r.Counts[0], last, "in the order of first pixels")
					last = r.Counts[0]
					sum := 0
					for k, n := range r.Counts {
						require.True(t, n > 0 || k == 0)
						sum += n
					}
					require.Equal(t, m.H*m.W, sum)
					one := raster.NewMask(m.H, m.W)
					r.Paint(one, 1)
					label := -1
					for i, v := range one.Pix {
						if v == 1 && label < 0 {
							label = want[i]
						}
						require.Equal(t, v == 1, label >= 0 && want[i] == label)
					}
					require.False(t, seen[label])
					seen[label] = true
				}
				for _, l := range want {
					require.True(t, l < 0 || seen[l])
				}
			}
		}
	}
}

// flood labels the connected pixels of class 1 with a number of one of them, others with -1.
func flood(m *raster.Mask, neighbours int) []int {
	label := make([]int, len(m.Pix))
	for i := range label {
		label[i] = -1
	}
	for start := range m.Pix {
		if m.Pix[start] != 1 || label[start] >= 0 {
			continue
		}
		label[start] = start
		for todo := []int{start}; len(todo) > 0; {
			i := todo[0]
			todo = todo[1:]
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					y, x := i/m.W+dy, i%m.W+dx
					if neighbours == 4 && dy*dx != 0 || y < 0 || x < 0 || y >= m.H || x >= m.W {
						continue
					}
					if j := y*m.W + x; m.Pix[j] == 1 && label[j] < 0 {
						label[j] = start
						todo = append(todo, j)
					}
				}
			}
		}
	}
	return label
}

// A disk without room is found before anything is written, with what is needed.
func TestFullDisk(t *testing.T) {
	m := folder(t, metric.Multiclass, three, hand)
	for _, test := range []struct {
		spec Spec
		out  string
		need int64
	}{
		{spec(t, "salt", "fish"), "s.csv", int64(len("id,rle_mask\na,4 2 7 2\nb,\n"))},
		{Spec{Format: PNG, Classes: three, Written: []int{1}}, "folder", m.bytes()},
	} {
		out := filepath.Join(t.TempDir(), test.out)
		_, err := Write(context.Background(), m, test.spec, Options{Out: out, room: func(_ string, need int64) error {
			return &disk.FullError{Dir: "D", Need: need, Free: 3}
		}})
		var full *disk.FullError
		require.ErrorAs(t, err, &full)
		assert.Equal(t, test.need, full.Need)
		left, err := filepath.Glob(filepath.Join(filepath.Dir(out), "*"))
		require.NoError(t, err)
		assert.Empty(t, left)
	}
}

package plan

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var nan = math.NaN()

// ways are the picture alone, its mirror image too, and all eight symmetries.
func ways(gains ...float64) []Way {
	list := []Way{{Passes: 1}, {Views: "hflip", Passes: 2, Gain: nan}, {Views: "d4", Passes: 8, Gain: nan}}
	for i, g := range gains {
		list[i+1].Gain = g
	}
	return list
}

// chosen returns the first plan.
func chosen(t *testing.T, r Request) Plan {
	t.Helper()
	plans, err := Choose(r)
	require.NoError(t, err)
	return plans[0]
}

func TestTimeIsASum(t *testing.T) {
	r := Request{Images: 1000, Budget: time.Hour, Ways: ways(), Members: []Member{
		{Name: "a", Score: nan, Cost: Cost{Forward: 0.1, Around: 0.02}}, {Name: "b", Score: nan, Cost: Cost{Forward: 0.3, Around: 0.01}}}}
	plans, err := Choose(r)
	require.NoError(t, err)
	require.Len(t, plans, 6)
	// 1000·(0.02 + 0.01 + 2·0.4) = 830 s, with d4 1000·(0.03 + 8·0.4) = 3230 s: both fit into 3600 s.
	assert.Equal(t, []int{0, 1}, plans[0].Members)
	assert.Equal(t, 2, plans[0].Way)
	assert.InDelta(t, 3230, plans[0].Total.Seconds(), 1e-6)
	assert.InDelta(t, 3.23, plans[0].Seconds, 1e-12)
	assert.Equal(t, 16.0, plans[0].Passes)
	assert.InDelta(t, 830, plans[1].Total.Seconds(), 1e-6)

	r.Reserve = 0.2 // of 3600 s leaves 2880 s
	p := chosen(t, r)
	assert.Equal(t, []int{0, 1}, p.Members)
	assert.Equal(t, 1, p.Way)
}

// Without gains: more members, then better ones, then more views, then less time.
func TestOrderWithoutGains(t *testing.T) {
	r := Request{Images: 100, Budget: 100 * time.Second, Ways: ways(), Members: []Member{
		{Name: "slow", Score: 0.7, Cost: Cost{Forward: 0.4}}, {Name: "fast", Score: 0.6, Cost: Cost{Forward: 0.1}},
		{Name: "fair", Score: 0.5, Cost: Cost{Forward: 0.1}}}}
	p := chosen(t, r)
	assert.Equal(t, []int{0, 1, 2}, p.Members) // 0.6 s alone; 1.2 s with hflip would be too long
	assert.Equal(t, 0, p.Way)
	r.Budget = 59 * time.Second
	p = chosen(t, r)
	assert.Equal(t, []int{0, 1}, p.Members, "the better two: 50 s, and with hflip they do not fit")
	assert.Equal(t, 0, p.Way)
	r.Budget = 49 * time.Second
	p = chosen(t, r)
	assert.Equal(t, []int{1, 2}, p.Members, "the two that fit")
	assert.Equal(t, 1, p.Way, "with hflip: 40 s")
	r.Budget = 19 * time.Second
	assert.Equal(t, []int{1}, chosen(t, r).Members)
	r.Budget = 9 * time.Second
	plans, err := Choose(r)
	require.NoError(t, err)
	assert.False(t, plans[0].Fits)
	assert.InDelta(t, 10, plans[0].Total.Seconds(), 1e-9, "the shortest is the first of those that do not fit")
}

// Tiles are another thing than the pictures that a model was trained on, so they are chosen only where their gain is known.
func TestTilesAreChosenByTheirGain(t *testing.T) {
	r := Request{Images: 1, Budget: time.Hour, Members: []Member{{Name: "a", Score: 0.5, Cost: Cost{Forward: 1}, Area: 256}},
		Ways: []Way{{Passes: 1}, {Tile: "16x16", Passes: 2, Pixels: 9 * 256, Gain: nan}}}
	assert.Equal(t, 0, chosen(t, r).Way)
	r.Ways[1].Gain = 0.1
	assert.Equal(t, 1, chosen(t, r).Way)
	assert.Equal(t, 18.0, chosen(t, r).Seconds, "9 tiles of the network's size, two views of each")
	r.Ways[1].Gain = -0.1
	assert.Equal(t, 0, chosen(t, r).Way)
}

// With gains of everything that fits, the expected score decides: one good model with d4 before two.
func TestOrderWithGains(t *testing.T) {
	r := Request{Images: 100, Budget: 1000 * time.Second, Ways: ways(0.004, 0.03), Together: map[int]float64{2: 0.01},
		Members: []Member{{Name: "a", Score: 0.7, Cost: Cost{Forward: 0.4}}, {Name: "b", Score: 0.6, Cost: Cost{Forward: 0.4}}}}
	p := chosen(t, r)
	assert.Equal(t, []int{0}, p.Members)
	assert.Equal(t, 2, p.Way)
	assert.InDelta(t, 0.73, p.Expected, 1e-12)
	plans, err := Choose(r)
	require.NoError(t, err)
	for _, p := range plans {
		if len(p.Members) == 2 && p.Way == 1 {
			assert.InDelta(t, 0.65+0.01+0.004, p.Expected, 1e-12)
		}
	}
	r.Together = nil // then nothing is known of two, and two are preferred
	assert.Equal(t, []int{0, 1}, chosen(t, r).Members)
	r.Budget = 350 * time.Second // one with d4 takes 320 s: two together fit with less only
	p = chosen(t, r)
	assert.Equal(t, []int{0, 1}, p.Members)
	assert.True(t, math.IsNaN(p.Expected))
}

// Of many members the best few are tried.
func TestManyMembers(t *testing.T) {
	r := Request{Images: 1, Budget: 35 * time.Second, Ways: []Way{{Passes: 1}}}
	for i := range 12 {
		r.Members = append(r.Members, Member{Name: fmt.Sprint(i), Score: float64(i%4) / 10, Cost: Cost{Forward: 10}})
	}
	plans, err := Choose(r)
	require.NoError(t, err)
	assert.Len(t, plans, 12)
	assert.Equal(t, []int{3, 7, 11}, plans[0].Members)
}

func TestChooseRefuses(t *testing.T) {
	good := func() Request {
		return Request{Images: 1, Budget: 1, Ways: ways(), Members: []Member{{Name: "a", Cost: Cost{Forward: 1}}}}
	}
	_, err := Choose(good())
	require.NoError(t, err)
	for want, change := range map[string]func(*Request){
		"no models":                   func(r *Request) { r.Members = nil },
		"no way":                      func(r *Request) { r.Ways = nil },
		"0 images":                    func(r *Request) { r.Images = 0 },
		"a budget of 0s":              func(r *Request) { r.Budget = 0 },
		"a reserve of 1":              func(r *Request) { r.Reserve = 1 },
		"a reserve of NaN":            func(r *Request) { r.Reserve = nan },
		"a takes 0 s":                 func(r *Request) { r.Members[0].Cost.Forward = 0 },
		"a takes NaN s":               func(r *Request) { r.Members[0].Cost.Forward = nan },
		"a takes 1 s and -1 s":        func(r *Request) { r.Members[0].Cost.Around = -1 },
		"whose network's size is not": func(r *Request) { r.Ways[0].Pixels = 3 },
		"0 forward passes":            func(r *Request) { r.Ways[0].Passes = 0 },
	} {
		r := good()
		change(&r)
		_, err := Choose(r)
		assert.ErrorContains(t, err, want)
	}
}

func TestTiles(t *testing.T) {
	assert.Equal(t, 1, Tiles(100, 100, 128, 128, 0.5))
	assert.Equal(t, 1, Tiles(128, 128, 128, 128, 0.5))
	assert.Equal(t, 4, Tiles(129, 130, 128, 128, 0.5))
	assert.Equal(t, 3*7, Tiles(256, 512, 128, 128, 0.5))
	assert.Equal(t, 2*4, Tiles(256, 512, 128, 128, 0))
}

func TestReadGains(t *testing.T) {
	write := func(text string) string {
		file := filepath.Join(t.TempDir(), "gains.json")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
		return file
	}
	g, err := ReadGains(
		write(`{"dir": "runs/cv", "mean_iou": 0.6, "sets": [{"name": "hflip", "views": 2, "pooled_gain": 0.004, "gain": 0.1}, {"name": "d4", "pooled_gain": -0.002}]}`),
		write(`{"equal": 0.65, "members": [{"name": "a", "mean_iou": 0.6}, {"name": "b", "mean_iou": 0.64}]}`),
		write(`{"views": {"flips": 0.005}, "members": {"5": 0.02}}`))
	require.NoError(t, err)
	assert.Equal(t, map[string]float64{"hflip": 0.004, "d4": -0.002, "flips": 0.005}, g.Views)
	require.Len(t, g.Members, 2)
	assert.InDelta(t, 0.03, g.Members[2], 1e-12)
	assert.Equal(t, 0.02, g.Members[5])
	for text, want := range map[string]string{
		`{}`: "holds neither", `[`: "unexpected end", `{"views": 3}`: "cannot unmarshal", `{"equal": 0.5, "members": []}`: "has no members",
	} {
		_, err := ReadGains(write(text))
		assert.ErrorContains(t, err, want)
	}
	_, err = ReadGains(filepath.Join(t.TempDir(), "none"))
	assert.ErrorContains(t, err, "none")
}

// A thousand pictures in ten minutes, with two models.
func ExampleChoose() {
	plans, err := Choose(Request{
		Images: 1000, Budget: 10 * time.Minute,
		Members: []Member{
			{Name: "b0", Score: 0.70, Cost: Cost{Forward: 0.10, Around: 0.02}},
			{Name: "b3", Score: 0.73, Cost: Cost{Forward: 0.30, Around: 0.02}},
		},
		Ways: []Way{{Passes: 1}, {Views: "hflip", Passes: 2, Gain: math.NaN()}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range plans {
		fmt.Println(p.Members, p.Way, p.Total, p.Fits)
	}
	// Output:
	// [0 1] 0 7m20s true
	// [1] 0 5m20s true
	// [0] 1 3m40s true
	// [0 1] 1 14m0s false
}

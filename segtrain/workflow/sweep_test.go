package workflow

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
)

// planned returns the names of a sweep's runs.
func planned(t *testing.T, w Sweep) (names []string) {
	t.Helper()
	list, err := w.Plan(func(settings ...string) (*config.Config, error) { return config.Parse("r", nil, settings...) })
	require.NoError(t, err)
	for _, m := range list {
		names = append(names, m.Name)
	}
	return names
}

func TestSweepPlan(t *testing.T) {
	lr, batch := "optim.lr=1e-3, 3e-3", "train.batch=2,8"
	assert.Equal(t, []string{"baseline", "lr=3e-3", "batch=2", "batch=8"}, planned(t, Sweep{Grid: []string{lr, batch}}))
	assert.Equal(t, []string{"lr=1e-3+batch=2", "lr=1e-3+batch=8", "lr=3e-3+batch=2", "lr=3e-3+batch=8"},
		planned(t, Sweep{Grid: []string{lr, batch}, Cross: true})[1:])
	assert.Equal(t, []string{"size=64-64", "size=64-96"}, planned(t, Sweep{Grid: []string{"data.size=[64,64],[64,96],[96,96]"}})[1:])
	drawn := Sweep{Random: []string{"optim.lr=1e-4..1e-1(log)", "train.batch=1..3"}, Runs: 6}
	assert.Equal(t, planned(t, drawn), planned(t, drawn), "drawn in the same way")
	assert.Len(t, planned(t, Sweep{Random: []string{"optim.lr=0.1..0.2"}, Runs: 5, Cross: true}), 6)
}

func TestDraw(t *testing.T) {
	seen := map[string]int{}
	for i := range 3000 {
		a, err := newRandom("train.batch=1..3")
		require.NoError(t, err)
		seen[a.draw(1, i)]++
	}
	assert.Len(t, seen, 3)
	for v, n := range seen {
		assert.InDelta(t, 1000, n, 150, v)
	}
	a, err := newRandom("optim.lr=1e-4..1e-2(log)")
	require.NoError(t, err)
	small := 0
	for i := range 3000 {
		x, err := strconv.ParseFloat(a.draw(1, i), 64)
		require.NoError(t, err)
		require.True(t, x >= 1e-4 && x <= 1e-2)
		if x < 1e-3 {
			small++
		}
	}
	assert.InDelta(t, 1500, small, 150, "half of the values in half of the orders of magnitude")
}

func TestSplitValues(t *testing.T) {
	assert.Equal(t, []string{"a", "[1, 2]", "{b: [c, d]}", `"x,y"`}, splitValues(`a, [1, 2],{b: [c, d]},"x,y",`))
	assert.Empty(t, splitValues(" , "))
}

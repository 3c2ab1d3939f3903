package report

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/metric"
)

func TestEnsemblePage(t *testing.T) {
	nan := metric.Score(math.NaN())
	e := Ensemble{
		Title: "e.yaml", Subtitle: "two <members>",
		Scores: []EnsembleScore{{"Nested", "where they were not found", 0.70244}},
		Members: []EnsembleMember{
			{Name: "a", Alone: 0.7, Weight: 0.75, Gain: 0.0123, Low: -0.001, High: 0.02},
			{Name: "b", Alone: 0.6, Gain: nan, Low: nan, High: nan, Dropped: true},
		},
		Correlation: [][]metric.Score{{1, -0.25}, {-0.25, nan}},
		Folds:       []EnsembleFold{{"fold 0", 12, 0.71, []float64{0.8, 0.2}}},
		Notes:       []string{"a note"}, Next: []string{"segtrain predict e.yaml"},
	}
	path := filepath.Join(t.TempDir(), "e.html")
	require.NoError(t, WriteEnsemble(path, e))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for _, want := range []string{
		"0.7024", "two &lt;members&gt;", "&#43;0.0123", "-0.0010 to &#43;0.0200", "b (dropped)", "--heat:90%", "-0.25", ">–<", "fold 0",
		"0.800", "a note", "segtrain predict e.yaml", "errors of a and b",
	} {
		assert.Contains(t, string(text), want)
	}
	assert.Contains(t, string(text), `--heat:0%" title="errors of a and b"`, "what is not wrong together is cold")
	e.Members, e.Correlation, e.Folds = e.Members[:1], e.Correlation[:1], nil
	require.NoError(t, WriteEnsemble(path, e))
	text, err = os.ReadFile(path)
	require.NoError(t, err)
	assert.False(t, strings.Contains(string(text), "Who is wrong") || strings.Contains(string(text), "without each fold"))
	assert.ErrorContains(t, WriteEnsemble(filepath.Join(path, "x"), e), "report: ")
}

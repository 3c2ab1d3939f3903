package record

import (
	"math"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type inner struct {
	Seconds float64 `json:"seconds"`
}

type outer struct {
	inner
	Scores   []float64           `json:"scores"`
	Grid     [2][2]float32       `json:"grid"`
	PerClass map[string]float64  `json:"per_class"`
	Nested   *inner              `json:"nested"`
	Absent   *inner              `json:"absent,omitempty"`
	Any      any                 `json:"any"`
	When     time.Time           `json:"when"`
	Raw      []byte              `json:"raw"`
	None     []float64           `json:"none"`
	Deep     []map[string]*inner `json:"deep"`
	Skipped  float64             `json:"-"`
	Plain    int
	hidden   float64
}

func TestEncodeNonFinite(t *testing.T) {
	nan := math.NaN()
	v := outer{
		inner:    inner{Seconds: nan},
		Scores:   []float64{1, nan, math.Inf(-1)},
		Grid:     [2][2]float32{{0.5, float32(nan)}},
		PerClass: map[string]float64{"a": nan, "b": 0.25},
		Nested:   &inner{Seconds: math.Inf(1)},
		Any:      nan,
		When:     time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Raw:      []byte("ab"),
		Deep:     []map[string]*inner{{"x": {Seconds: nan}, "y": nil}},
		hidden:   nan,
	}
	got, err := encode(v)
	require.NoError(t, err)
	want := `{"seconds":null,"scores":[1,null,null],"grid":[[0.5,null],[0,0]],"per_class":{"a":null,"b":0.25},` +
		`"nested":{"seconds":null},"any":null,"when":"2026-01-02T03:04:05Z","raw":"YWI=","none":null,` +
		`"deep":[{"x":{"seconds":null},"y":null}],"Plain":0}`
	assert.Equal(t, want, string(got))
}

// A value without NaN takes the ordinary way; both ways must say the same.
func TestEncodeAgreesWithItself(t *testing.T) {
	v := outer{Scores: []float64{1}, PerClass: map[string]float64{"a": 1}, Any: 2.0}
	plainly, err := encode(v)
	require.NoError(t, err)
	v.Any = math.NaN()
	walked, err := encode(v)
	require.NoError(t, err)
	v.Any = nil
	withNil, err := encode(v)
	require.NoError(t, err)
	assert.Equal(t, string(withNil), string(walked))
	assert.NotEqual(t, string(plainly), string(walked))
}

func TestWriteJSON(t *testing.T) {
	r := newRun(t)
	require.NoError(t, r.WriteJSON(MetricsFile, map[string]any{"mean_iou": math.NaN(), "loss": 0.5}))
	data, err := os.ReadFile(r.Path(MetricsFile))
	require.NoError(t, err)
	assert.Equal(t, "{\n  \"loss\": 0.5,\n  \"mean_iou\": null\n}\n", string(data))

	require.ErrorContains(t, r.WriteJSON(EnvFile, func() {}), EnvFile)
}

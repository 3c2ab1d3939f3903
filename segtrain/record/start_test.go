package record

import (
	"encoding/json"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/metric"
)

// TestLock opens a run in another process while this one writes it.
func TestLock(t *testing.T) {
	if dir := os.Getenv("RECORD_LOCK"); dir != "" {
		_, err := Open(dir)
		require.ErrorIs(t, err, ErrBusy)
		require.ErrorContains(t, err, dir+" is locked by process "+strconv.Itoa(os.Getppid())+" on ")
		_, err = Create(dir)
		require.ErrorIs(t, err, ErrBusy)
		require.True(t, Busy(dir))
		require.NoError(t, Annotate(dir, "note", Note{"from outside"}))
		return
	}
	r := newRun(t)
	require.NoError(t, r.Append("step", Step{Step: 1}))
	cmd := exec.Command(os.Args[0], "-test.run=^TestLock$", "-test.count=1")
	cmd.Env = append(os.Environ(), "RECORD_LOCK="+r.Dir())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.NoError(t, r.Append("step", Step{Step: 2}))
	require.NoError(t, r.Close())
	assert.False(t, Busy(r.Dir()))
	h, err := ReadHistory(r.Dir())
	require.NoError(t, err)
	assert.Len(t, h.Steps, 2)
	assert.Equal(t, []string{"from outside"}, h.Notes)
	again, err := Open(r.Dir())
	require.NoError(t, err)
	require.NoError(t, again.Close())
}

func TestFormats(t *testing.T) {
	r := newRun(t)
	require.NoError(t, r.Close())
	s, err := ReadStart(r.Dir())
	require.NoError(t, err, "a run of before there were formats")
	assert.Zero(t, s.Format)
	require.NoError(t, os.WriteFile(r.Path(EnvFile), []byte(`{"format": 2, "version": "v9"}`), 0o600))
	_, err = Open(r.Dir())
	require.ErrorContains(t, err, "a run of format 2, and this program reads up to 1: use the segtrain that wrote it (v9), or a newer one")
	require.NoError(t, os.WriteFile(r.Path(EnvFile), []byte(`{"format": `), 0o600))
	_, err = Open(r.Dir())
	require.ErrorContains(t, err, EnvFile)
}

func TestSame(t *testing.T) {
	e := Experiment{Config: "c", Data: "d", Parts: "s", Code: "1"}
	other := e
	other.Code = "2"
	assert.True(t, e.Same(other))
	other.Data = "e"
	assert.False(t, e.Same(other))
	assert.False(t, Experiment{}.Same(Experiment{}), "nothing is known of either")
}

func TestID(t *testing.T) {
	r, other := newRun(t), newRun(t)
	require.NoError(t, r.Append("start", nil))
	require.NoError(t, other.Append("start", nil))
	id, err := ID(r.Dir())
	require.NoError(t, err)
	assert.Regexp(t, "^[0-9a-f]{12}$", id)
	require.NoError(t, r.Append("step", Step{Step: 1}))
	again, err := ID(r.Dir())
	require.NoError(t, err)
	assert.Equal(t, id, again, "a log grows at its end")
	second, err := ID(other.Dir())
	require.NoError(t, err)
	assert.NotEqual(t, id, second)
	_, err = ID(newRun(t).Dir())
	require.ErrorContains(t, err, "empty log")
}

func TestImages(t *testing.T) {
	r := newRun(t)
	want := []ImageResult{
		NewImageResult("a/b", 0.5, []metric.ClassCount{{Class: 3, Both: 1, Truth: 2, Prediction: 4}}),
		NewImageResult("c", math.NaN(), nil),
	}
	require.NoError(t, r.WriteImages(want))
	got, err := ReadImages(r.Dir())
	require.NoError(t, err)
	assert.Equal(t, want[0], got[0])
	assert.Equal(t, []metric.ClassCount{{Class: 3, Both: 1, Truth: 2, Prediction: 4}}, got[0].Counts())
	assert.True(t, math.IsNaN(float64(got[1].MeanIoU)))

	for text, message := range map[string]string{
		`{"id":"a","classes":[[256,0,0,0]]}`: "[256 0 0 0] is no class",
		`{"id":"a","classes":[[1,5,4,9]]}`:   "[1 5 4 9] is no class",
		`{"id":"a"`:                          ImagesFile + ":1",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(r.Dir(), ImagesFile), []byte(text), 0o600))
		_, err = ReadImages(r.Dir())
		require.ErrorContains(t, err, message)
	}
}

func TestPseudoLabelsInWords(t *testing.T) {
	p := PseudoLabels{Source: "pseudo", Set: "all", Round: 2, Images: 7, Makers: []Link{{"ab", "cv/fold0"}, {"cd", "cv/fold1"}}}
	assert.Equal(t, "7 images, set all of pseudo, round 2, by cv/fold0 ab, cv/fold1 cd", p.String())
}

// TestStartOfBeforePartsHadAName reads a run whose hash of parts was called that of the split.
func TestStartOfBeforePartsHadAName(t *testing.T) {
	var s Start
	require.NoError(t, json.Unmarshal([]byte(`{"format": 1, "host": "h", "config_hash": "c", "split_hash": "s"}`), &s))
	assert.Equal(t, Start{Format: 1, Env: Env{Host: "h"}, Experiment: Experiment{Config: "c", Parts: "s"}}, s)
	text, err := json.Marshal(s)
	require.NoError(t, err)
	var again Start
	require.NoError(t, json.Unmarshal(text, &again))
	assert.Equal(t, s, again)
	assert.NotContains(t, string(text), "split_hash")
	assert.Error(t, json.Unmarshal([]byte(`{"format": "x"}`), &s))
}

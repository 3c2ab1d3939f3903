package runs

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
	"tessera/segtrain/metric"
	"tessera/segtrain/record"
)

// A given run is what tests want of one.
type given struct {
	name     string
	settings []string
	iou      float64
	images   []record.ImageResult
	parent   string // id
	train    int    // images
}

// write makes a finished run.
func (g given) write(t *testing.T, root string) {
	t.Helper()
	run, err := record.Create(filepath.Join(root, filepath.FromSlash(g.name)))
	require.NoError(t, err)
	defer run.Close()
	cfg, err := config.Parse("r", nil, g.settings...)
	require.NoError(t, err)
	require.NoError(t, run.WriteText(record.ConfigFile, string(cfg.Marshal())))
	start := record.Start{Format: record.Format, Experiment: record.Experiment{Config: cfg.Hash(), Data: "d", Parts: "s"}}
	if g.parent != "" {
		start.Parent = &record.Link{ID: g.parent, Name: "gone"}
	}
	require.NoError(t, run.Append("start", start))
	require.NoError(t, run.Append("step", record.Step{Step: 3, Loss: 1}))
	require.NoError(t, run.Append("epoch", record.Epoch{Epoch: 1, MeanIoU: g.iou / 2, ValLoss: math.NaN(), Best: true}))
	require.NoError(t, run.Append("result", record.Result{
		Scores: record.Scores{MeanIoU: g.iou, ValLoss: 1 - g.iou}, TrainLoss: metric.Score(math.NaN()), TrainImages: max(g.train, 40),
		ValImages: 10, BestEpoch: 1, Classes: []record.ClassScore{{Name: "car", IoU: 0.25, Dice: metric.Score(math.NaN())}},
	}))
	require.NoError(t, run.Append("stop", record.Stop{Reason: record.Done, Step: 3, Seconds: 2}))
	if g.images != nil {
		require.NoError(t, run.WriteImages(g.images))
	}
}

func open(t *testing.T, root string) *Index {
	t.Helper()
	ix, err := Open(root)
	require.NoError(t, err)
	return ix
}

func TestOpen(t *testing.T) {
	root := t.TempDir()
	given{name: "a", iou: 0.5}.write(t, root)
	given{name: "deep/b", iou: 0.6, settings: []string{"optim.lr=0.1"}}.write(t, root)
	require.NoError(t, os.MkdirAll(filepath.Join(root, "a", "data", "c"), 0o777))
	require.NoError(t, os.WriteFile(filepath.Join(root, "a", "data", "c", record.LogFile), nil, 0o666))
	ix := open(t, root)
	require.Len(t, ix.Runs, 2, "nothing in a run is a run")
	assert.Equal(t, 2, ix.Read)
	b := ix.Runs[1]
	assert.Equal(t, "deep/b", b.Name)
	assert.Equal(t, Done, b.State)
	assert.Equal(t, 3, b.Step)
	assert.Equal(t, map[string]float64{"mean_iou": 0.6, "val_loss": 0.4, "mean_dice": 0, "pixel_accuracy": 0, "iou.car": 0.25}, b.Metrics)
	assert.Equal(t, []config.Setting{{Key: "optim.lr", Value: "0.1"}}, b.Settings)
	assert.Empty(t, b.Problem)

	again := open(t, root)
	assert.Zero(t, again.Read, "nothing has changed")
	assert.Equal(t, ix.Runs, again.Runs)
	require.NoError(t, record.Annotate(ix.Dir(b), "tag", record.Tag{Add: []string{"x", "y"}, Remove: []string{"y"}}))
	again = open(t, root)
	assert.Equal(t, 1, again.Read)
	assert.Equal(t, []string{"x"}, again.Runs[1].Tags)
	require.NoError(t, os.RemoveAll(filepath.Join(root, "a")))
	assert.Len(t, open(t, root).Runs, 1)

	_, err := Open(filepath.Join(root, "nowhere"))
	require.ErrorContains(t, err, "--root")
}

// TestDamagedIndex cuts and changes the index at every byte: it is read as it was written, or made anew.
func TestDamagedIndex(t *testing.T) {
	root := t.TempDir()
	given{name: "a", iou: 0.5}.write(t, root)
	want := open(t, root).Runs
	file := filepath.Join(root, IndexFile)
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	for i := 0; i < len(whole); i += stride() {
		require.NoError(t, os.WriteFile(file, whole[:i], 0o600))
		require.Equal(t, want, open(t, root).Runs, "cut at %d", i)
		broken := append([]byte{}, whole...)
		broken[i] ^= 1
		require.NoError(t, os.WriteFile(file, broken, 0o600))
		require.Equal(t, want, open(t, root).Runs, "changed at %d", i)
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, string(whole), string(got), "and is mended")
	}
}

// TestKilledAtAnyByte lets a log grow byte by byte: whatever is there can be read, and an index that was kept says what one made
// anew says.
func TestKilledAtAnyByte(t *testing.T) {
	root := t.TempDir()
	given{name: "a", iou: 0.5}.write(t, root)
	log := filepath.Join(root, "a", record.LogFile)
	whole, err := os.ReadFile(log)
	require.NoError(t, err)
	for i := 0; i <= len(whole); i += stride() {
		require.NoError(t, os.WriteFile(log, whole[:i], 0o600))
		kept := open(t, root)
		require.Equal(t, 1, kept.Read, "the log has grown to %d", i)
		require.Empty(t, kept.Runs[0].Problem)
		require.NoError(t, os.Remove(filepath.Join(root, IndexFile)))
		require.Equal(t, kept.Runs, open(t, root).Runs, "at %d", i)
	}
	require.NoError(t, os.WriteFile(log, whole, 0o600))
	assert.Equal(t, Done, open(t, root).Runs[0].State)
}

// stride is 1, or more where time is short.
func stride() int {
	if testing.Short() {
		return 17
	}
	return 1
}

func TestBrokenRuns(t *testing.T) {
	root := t.TempDir()
	given{name: "a", iou: 0.5}.write(t, root)
	given{name: "b", iou: 0.5}.write(t, root)
	given{name: "c", iou: 0.5}.write(t, root)
	require.NoError(t, os.WriteFile(filepath.Join(root, "a", record.ConfigFile), []byte("optim: {lr: -1}"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(root, "b", record.LogFile), []byte("nonsense\n"), 0o600))
	newer := `{"kind":"start","time":"2026-01-02T03:04:05Z","format":9,"version":"v9"}` + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(root, "c", record.LogFile), []byte(newer), 0o600))
	ix := open(t, root)
	assert.Contains(t, ix.Runs[0].Problem, "optim.lr")
	assert.Equal(t, 0.5, ix.Runs[0].Metrics["mean_iou"], "what can be read is")
	assert.Contains(t, ix.Runs[1].Problem, "log.jsonl:1: not an event")
	assert.Contains(t, ix.Runs[2].Problem, "a run of format 9, and this program reads up to 1")
}

func TestImport(t *testing.T) {
	here, there := t.TempDir(), t.TempDir()
	given{name: "a", iou: 0.5}.write(t, here)
	given{name: "a", iou: 0.6}.write(t, there)
	given{name: "b/c", iou: 0.7}.write(t, there)
	list, err := open(t, here).Import(there)
	require.NoError(t, err)
	id := open(t, there).Runs[0].ID
	assert.Equal(t, []Imported{{"a", "a-" + id, "copied"}, {"b/c", "b/c", "copied"}}, list)
	ix := open(t, here)
	require.Len(t, ix.Runs, 3)
	assert.Equal(t, id, ix.Runs[1].ID, "a copy keeps its id")
	list, err = ix.Import(there)
	require.NoError(t, err)
	assert.Equal(t, []Imported{{"a", "a-" + id, "here already"}, {"b/c", "b/c", "here already"}}, list)
}

func TestTreeAndFind(t *testing.T) {
	root := t.TempDir()
	given{name: "a", iou: 0.5}.write(t, root)
	id := open(t, root).Runs[0].ID
	given{name: "b", iou: 0.6, parent: id}.write(t, root)
	given{name: "c", iou: 0.6, parent: "0123"}.write(t, root)
	ix := open(t, root)
	tree := ix.Tree()
	require.Len(t, tree, 2)
	require.Len(t, tree[0].Children, 1)
	assert.Equal(t, "b", tree[0].Children[0].Name)
	for _, word := range []string{"a", id[:6], filepath.Join(root, "a"), "./a"} {
		r, err := ix.Find(word)
		require.NoError(t, err)
		assert.Equal(t, id, r.ID, word)
	}
	_, err := ix.Find("z")
	require.ErrorContains(t, err, `no run "z"`)
}

package workflow

import (
	"bytes"
	"context"
	"encoding/csv"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
)

// csvRows reads a CSV file.
func csvRows(t *testing.T, file string) [][]string {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	return rows
}

// TestAudit goes the whole way: cross-validation, audit, a list of actions of each kind, and training with it.
func TestAudit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cv")
	_, err := CrossValidate(context.Background(), cvConfig(t, dir, "train.epochs=1", "train.best=pixel_accuracy", "data.ignore=255"), Options{})
	require.NoError(t, err)
	var first []byte
	for _, action := range []string{data.Drop, data.Weight, data.Relabel, data.Ignore} {
		file := filepath.Join(t.TempDir(), "lists", "actions.csv")
		r, err := Audit(context.Background(), AuditOptions{Dir: dir, Top: 3, Write: file, Action: action, Weight: 0.5}, Options{})
		require.NoError(t, err)
		require.Len(t, r.Images, 16)
		text, err := os.ReadFile(filepath.Join(dir, AuditFolder, AuditFile))
		require.NoError(t, err)
		if first == nil {
			first = text
		}
		assert.Equal(t, string(first), string(text), "the same images give the same result")
		list, err := data.ReadActions(file)
		require.NoError(t, err)
		require.Len(t, list.List, 3)
		for i, a := range list.List {
			assert.Equal(t, []string{r.Images[i].ID, action}, []string{a.ID, a.Action})
			for _, path := range []string{a.Mask, a.Pixels} {
				if path != "" {
					info, err := raster.Probe(path)
					require.NoError(t, err)
					assert.Equal(t, [2]int{32, 32}, [2]int{info.H, info.W})
				}
			}
		}
		trainAudited(t, file, action)
	}
	rows := csvRows(t, filepath.Join(dir, AuditFolder, AuditListFile))
	assert.Len(t, rows, 17)
	assert.Equal(t, []string{"rank", "id", "score"}, rows[0][:3])
	for _, name := range []string{AuditPageFile, AuditSheetFile, AuditFindingsFile} {
		assert.FileExists(t, filepath.Join(dir, AuditFolder, name))
	}
	list, err := data.ReadActions(filepath.Join(dir, AuditFolder, AuditListFile))
	require.NoError(t, err)
	assert.Empty(t, list.List, "the list of images is a list of actions in which none is filled in")
}

// trainAudited trains with a list of three actions of a kind.
func trainAudited(t *testing.T, file, action string) {
	out := filepath.Join(t.TempDir(), "fold0")
	cfg := cvConfig(t, out, "data.ignore=255", "data.audit="+file, "data.val.fold=0", "train.steps=2")
	var log bytes.Buffer
	o := Options{Log: slog.New(slog.NewTextHandler(&log, nil))}
	_, err := Train(context.Background(), cfg, o)
	require.NoError(t, err)
	assert.Contains(t, log.String(), "actions on training labels")
	var e ActionsEvent
	for event, err := range record.Events(out) {
		require.NoError(t, err)
		if event.Kind == "actions" {
			require.NoError(t, event.Decode(&e))
		}
	}
	list, err := data.ReadActions(file)
	require.NoError(t, err)
	assert.Equal(t, list.SHA256, e.SHA256)
	assert.Equal(t, map[string]int{data.Drop: e.Dropped, data.Weight: e.Weighted, data.Relabel: e.Relabeled, data.Ignore: e.Ignored}[action], e.Images)
	validating := strings.Count(log.String(), "validation images keep their labels")
	assert.Equal(t, e.Images < 3, validating == 1, "what is not touched validates")

	c := &crossValidation{cfg: *cfg}
	c.cfg.Out = filepath.Dir(out)
	require.NoError(t, c.sameActions())
	require.NoError(t, os.WriteFile(file, []byte("id,action\n"), 0o666))
	assert.ErrorContains(t, c.sameActions(), "fold0 began with another data.audit")
	c.cfg.Data.Audit = ""
	assert.ErrorContains(t, c.sameActions(), "and now it is none")
	cfg, err = LoadRun(out)
	require.NoError(t, err)
	s := &session{cfg: cfg, Options: o}
	s.parts, err = build(cfg)
	require.NoError(t, err)
	s.run, err = record.Open(out)
	require.NoError(t, err)
	defer s.run.Close()
	require.NoError(t, s.openSets())
	assert.ErrorContains(t, s.sameActions(), "began with another data.audit")
}

// TestActionsLeaveValidationAlone: the lists of records, the labels of validation, and the hash of the data.
func TestActionsLeaveValidationAlone(t *testing.T) {
	dir := t.TempDir()
	open := func(text string, more ...string) (*source, data.Applied, error) {
		settings := append([]string{"data.ignore=255"}, more...)
		if text != "" {
			file := filepath.Join(dir, "actions.csv")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
			settings = append(settings, "data.audit="+file)
		}
		cfg := parse(t, settings...)
		s, err := openSource(cfg, filepath.Join(dir, "data"))
		require.NoError(t, err)
		_, done, err := s.amend(cfg)
		return s, done, err
	}
	plain, _, err := open("")
	require.NoError(t, err)
	train, val := plain.train[0].ID, plain.val[0].ID
	s, done, err := open("id,action,box\n" + train + ",ignore,0 0 4 4\n" + val + ",ignore,0 0 4 4\nnobody,drop,\n")
	require.NoError(t, err)
	assert.Equal(t, data.Applied{Images: 1, Ignored: 1, Validation: []string{val}, Unknown: []string{"nobody"}}, done)
	assert.Equal(t, plain.val, s.val)
	assert.NotNil(t, s.train[0].Hidden)
	before, err := plain.train.Fingerprint(plain.val)
	require.NoError(t, err)
	after, err := s.train.Fingerprint(s.val)
	require.NoError(t, err)
	assert.NotEqual(t, before.SHA256, after.SHA256)

	_, _, err = open("id,action\nother_set_1,drop\n")
	assert.ErrorContains(t, err, "data.audit")
	assert.ErrorContains(t, err, "is of another data set")
	light, done, err := open("id,action\n"+train+",drop\n", "scale.fraction=0.1")
	require.NoError(t, err)
	assert.Empty(t, done.Unknown, "an image that a light run leaves out is known")
	assert.NotEmpty(t, light.train)
}

func TestAuditMistakes(t *testing.T) {
	_, err := Audit(context.Background(), AuditOptions{Dir: t.TempDir(), Top: 1}, Options{})
	assert.ErrorContains(t, err, "is no finished cross-validation")
	_, err = Audit(context.Background(), AuditOptions{Dir: "x", Top: -1}, Options{})
	assert.ErrorContains(t, err, "the top -1 images; allowed: 0 or more")
	check := func(action string, weight float64, settings ...string) error {
		return (&audit{outOfFold: &outOfFold{cfg: parse(t, settings...)}, AuditOptions: AuditOptions{Action: action, Weight: weight}}).checkAction()
	}
	assert.ErrorContains(t, check("delete", 0), `no action "delete"; there are: drop, weight, relabel, ignore`)
	assert.ErrorContains(t, check(data.Weight, 0), "weight 0; allowed: 0.01 to 1")
	assert.ErrorContains(t, check(data.Ignore, 0), "needs an ignore value")
	assert.ErrorContains(t, check(data.Relabel, 0, "data.mask.code=onehot"), "masks coded as onehot cannot be written anew")
	assert.NoError(t, check(data.Relabel, 0))
}

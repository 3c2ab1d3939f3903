package workflow

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// TestAuditOfFlags spoils what models say of one image's last class, so that its labels rank first, and proposes each action.
func TestAuditOfFlags(t *testing.T) {
	for name, actions := range map[string][]string{
		"binary": {data.Ignore, data.Drop}, "multilabel": {data.Ignore, data.Weight},
	} {
		dir := crossValidated(t, filepath.Join(t.TempDir(), "cv"), flagSettings(t, name)...)
		o, err := openOutOfFold(dir)
		require.NoError(t, err)
		classes := o.source.classes
		last := classes[len(classes)-1]
		teachFlags(t, dir, func(image, label int) bool { return image != 5 || label%len(classes) != len(classes)-1 })
		for _, action := range actions {
			file := filepath.Join(t.TempDir(), "actions.csv")
			ao := AuditOptions{Dir: dir, Top: 2, Write: file, Action: action, Weight: 0.5}
			x, err := newAudit(ao)
			if action == data.Ignore {
				require.ErrorContains(t, err, "needs an ignore value")
				continue
			}
			require.NoError(t, err)
			assert.Equal(t, 2*len(classes), len(x.names))
			r, err := Audit(context.Background(), ao, Options{})
			require.NoError(t, err, name)
			assert.Equal(t, o.folder.Images[5].ID, r.Images[0].ID, name)
			assert.InDelta(t, 1/float64(len(classes)), r.Images[0].Contradicted, 1e-12, "all labels of a class")
			assert.Zero(t, r.Images[1].Contradicted)
			assert.Contains(t, []string{last, "no " + last}, r.Classes[r.Findings[0].Suggested])
			for _, page := range []string{AuditPageFile, AuditSheetFile} {
				assert.FileExists(t, filepath.Join(dir, AuditFolder, page))
			}
			list, err := data.ReadActions(file)
			require.NoError(t, err)
			assert.Equal(t, r.Images[0].ID, list.List[0].ID)
		}
		x, err := newAudit(AuditOptions{Dir: dir})
		require.NoError(t, err)
		require.NoError(t, x.each(context.Background(), func(j judged) error { x.auditor.Learn(j.probabilities, j.truth); return nil }))
		x.Action = data.Ignore
		out := t.TempDir()
		_, _, pixels, err := x.proposal(out, o.folder.Images[5].ID)
		require.NoError(t, err)
		m, err := raster.ReadMask(filepath.Join(out, pixels), raster.MaskCode{Coding: raster.IndexCode, Classes: 256, Ignore: -1})
		require.NoError(t, err)
		assert.NotContains(t, m.Pix, uint8(0), "every pixel has a label that is contradicted")
		if name == "binary" {
			x.Action = data.Relabel
			_, mask, _, err := x.proposal(out, o.folder.Images[5].ID)
			require.NoError(t, err)
			truth, err := o.ds.LoadLabels(5)
			require.NoError(t, err)
			m, err := raster.ReadMask(filepath.Join(out, mask), raster.MaskCode{Coding: raster.IndexCode, Classes: 2, Ignore: -1})
			require.NoError(t, err)
			for i, v := range truth {
				require.Equal(t, 1-v, m.Pix[i], "the opposite")
			}
		}
	}
}

func TestRelabelOfFlags(t *testing.T) {
	check := func(settings ...string) error {
		return (&audit{outOfFold: &outOfFold{cfg: parse(t, settings...)}, AuditOptions: AuditOptions{Action: data.Relabel}}).checkAction()
	}
	folders := []string{"data.kind=folders", "data.images=i", "data.masks=m", "loss=[bce]"}
	one := append([]string{"task=binary", "data.classes=[a]"}, folders...)
	assert.NoError(t, check(one...))
	assert.NoError(t, check(append(one, "data.mask.code=binary")...))
	err := check(append([]string{"task=multilabel", "data.classes=[a, b]", "data.mask.code=bits"}, folders...)...)
	assert.ErrorContains(t, err, "where an image has one mask, but task is "+config.Multilabel)
}

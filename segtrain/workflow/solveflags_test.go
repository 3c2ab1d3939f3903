package workflow

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// TestSolveOfFlags goes through what is special about tasks with flags, from a finished cross-validation to the submission and the
// pictures of the report. All of it is TestSolveGoesOnFromEveryStage, with -long.
func TestSolveOfFlags(t *testing.T) {
	ctx := context.Background()
	for _, name := range []string{"binary", "multilabel"} {
		so := solvableBy(t, name)
		so.Settings = append(so.Settings, "predict.tta=[hflip]")
		crossValidated(t, filepath.Join(so.Out, solveCVDir), flagSettings(t, name)...)
		s := &solver{SolveOptions: so, Options: Options{}.withDefaults()}
		require.NoError(t, s.begin())
		_, err := s.runInit(ctx)
		require.NoError(t, err)
		require.NoError(t, s.load(), name)
		together, err := s.runEnsemble(ctx)
		require.NoError(t, err, name)
		s.together = *together.(*solveTogether)
		assert.Equal(t, classNames(s.cfg), s.together.classes())
		assert.Nil(t, s.together.Report.Confusion)

		_, err = s.predictInputs()
		require.NoError(t, err)
		predicted, err := s.runPredict(ctx)
		require.NoError(t, err, name)
		s.predicted = *predicted.(*solvePrediction)
		inputs, err := s.submitInputs()
		require.NoError(t, err, name)
		submitted, err := s.runSubmit(ctx)
		require.NoError(t, err, name)
		assert.NotNil(t, submitted)
		last := classNames(s.cfg)[len(classNames(s.cfg))-1]
		folder := map[string]string{"binary": "", "multilabel": last}[name]
		mask := filepath.Join(so.Out, solveMasks, "masks", folder, "0002.png")
		sent, err := raster.ReadMask(filepath.Join(so.Out, solveFolder, folder, "0002.png"),
			raster.MaskCode{Coding: raster.BinaryCode, Classes: 2, Ignore: -1})
		require.NoError(t, err)
		was, err := raster.ReadMask(mask, raster.MaskCode{Coding: raster.BinaryCode, Classes: 2, Ignore: -1})
		require.NoError(t, err)
		assert.Equal(t, was, sent)

		require.NoError(t, raster.WriteMask(mask, raster.NewMask(was.H, was.W), nil))
		changed, err := s.submitInputs()
		require.NoError(t, err)
		assert.NotEqual(t, inputs, changed, "%s: a mask of the last class is an input of the submission", name)
		before, err := solveRecords(s.cfg)
		require.NoError(t, err)
		hash := listing(before, classNames(s.cfg))
		require.NoError(t, os.WriteFile(raster.ClassFiles(before[3].Mask, classNames(s.cfg))[0], []byte("other"), 0o666))
		assert.NotEqual(t, hash, listing(before, classNames(s.cfg)), "%s: masks are of the data", name)

		worst, best, err := s.trainedPictures(ctx)
		require.NoError(t, err, name)
		assert.Len(t, worst, solveShown)
		assert.Len(t, best[0].Panels, 4)
		shown, err := s.predictedPictures()
		require.NoError(t, err, name)
		assert.Len(t, shown, 4)
	}
}

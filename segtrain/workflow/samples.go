package workflow

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tessera/kernels"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/segtrain/report"
	"tessera/segtrain/train"
)

const (
	shown     = 6   // best and worst images each that a report shows
	shownSide = 360 // their longer side at most, in pixels
)

// samples predicts the validation images with the best and the worst scores once more, this time to be looked at.
func (s *session) samples(e *train.Evaluator, scores []train.ImageScore) (best, worst []report.Sample, err error) {
	ranked := slices.DeleteFunc(slices.Clone(scores), func(x train.ImageScore) bool { return math.IsNaN(x.Score) })
	slices.SortStableFunc(ranked, func(a, b train.ImageScore) int { return cmp.Compare(b.Score, a.Score) })
	n := min(shown, len(ranked)/2)
	if len(ranked) == 1 {
		n = 1
	}
	if n == 0 {
		return nil, nil, nil
	}
	picked := slices.Concat(ranked[:n], ranked[len(ranked)-n:])
	slices.Reverse(picked[n:]) // the worst first
	var chosen data.Manifest
	for _, x := range picked {
		chosen = append(chosen, s.val.Record(x.Index))
	}
	ds, err := s.source.dataset(s.cfg, chosen, nil)
	if err != nil {
		return nil, nil, err
	}
	samples := make([]report.Sample, len(picked))
	var failed error
	_, err = e.Run(ds, func(i int, classes []uint8) {
		sample, err := s.sampleOf(ds, i, classes)
		sample.Score = picked[i].Score
		samples[i], failed = sample, errors.Join(failed, err)
	})
	if err := errors.Join(err, failed); err != nil {
		return nil, nil, err
	}
	return samples[:n], samples[n:], nil
}

// sampleOf returns an image with its truth and a prediction of the network's size, in the image's own aspect.
func (s *session) sampleOf(ds *data.Dataset, index int, classes []uint8) (report.Sample, error) {
	image, _, err := ds.Load(index)
	if err != nil {
		return report.Sample{}, err
	}
	truth, prediction, colors, err := s.shownMasks(ds, index, classes)
	if err != nil {
		return report.Sample{}, err
	}
	if side := max(image.H, image.W); side > shownSide {
		h, w := max(1, image.H*shownSide/side), max(1, image.W*shownSide/side)
		image = raster.ResizeFloat(image.Float(), h, w).Image()
		truth, prediction = raster.ResizeMask(truth, h, w), raster.ResizeMask(prediction, h, w)
	}
	return report.Sample{ID: ds.Record(index).ID, Image: image, Truth: truth, Prediction: prediction, Palette: colors}, nil
}

// writeOverlays writes the samples as pictures: image, truth, prediction and errors side by side.
func (s *session) writeOverlays(best, worst []report.Sample) error {
	dir := s.run.Path(OverlayFolder)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("writing overlays: %w", err)
	}
	for _, list := range []struct {
		kind    string
		samples []report.Sample
	}{{"best", best}, {"worst", worst}} {
		for i, x := range list.samples {
			name := fmt.Sprintf("%s-%d-%s.png", list.kind, i+1, strings.ReplaceAll(x.ID, "/", "_"))
			panels := raster.SideBySide(x.Image, x.Truth, x.Prediction, x.Palette, shownIgnored(s.cfg))
			if err := raster.WritePNG(filepath.Join(dir, name), panels); err != nil {
				return fmt.Errorf("writing overlays: %w", err)
			}
		}
	}
	return nil
}

// name is the run's name: that of its folder.
func (s *session) name() string { return filepath.Base(s.run.Dir()) }

// next lists commands to go on with.
func (s *session) next() []string {
	dir := s.run.Dir()
	return []string{
		"segtrain eval " + dir + " --full-size",
		"segtrain predict " + dir + " IMAGES --out predictions --overlays",
		"segtrain train " + filepath.Join(dir, record.ConfigFile) + " --set optim.lr=3e-4 --out ANOTHER",
	}
}

// fields describes where a run happened.
func fields(e record.Env) []report.Field {
	version := e.Version
	if e.Modified {
		version += ", with changes"
	}
	return []report.Field{
		{Name: "processor", Value: e.CPU},
		{Name: "cores", Value: fmt.Sprint(e.Cores)},
		{Name: "kernels", Value: kernels.Active().String()},
		{Name: "system", Value: e.OS + "/" + e.Arch},
		{Name: "go", Value: e.Go},
		{Name: "version", Value: version},
	}
}

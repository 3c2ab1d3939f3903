package workflow

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"tessera/nn/decoder"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/segtrain/report"
)

// solveShown is how many pictures of a kind the report shows.
const solveShown = 4

// solveAlpha is how much of a class's color covers a picture.
const solveAlpha = 0.55

// trainedPictures draws the images with the worst and the best scores out of fold.
func (s *solver) trainedPictures(ctx context.Context) (worst, best []report.Shown, err error) {
	o, err := openOutOfFold(s.path(solveCVDir))
	if err != nil {
		return nil, nil, err
	}
	type scored struct {
		index int
		score float64
	}
	at := map[string]int{}
	for i := range o.ds.Len() {
		at[o.ds.Record(i).ID] = i
	}
	var list []scored
	for fold := range o.folder.Folds {
		images, err := record.ReadImages(s.path(filepath.Join(solveCVDir, fmt.Sprintf("fold%d", fold))))
		if err != nil {
			return nil, nil, err
		}
		for _, x := range images {
			if i, ok := at[x.ID]; ok && !math.IsNaN(float64(x.MeanIoU)) {
				list = append(list, scored{i, float64(x.MeanIoU)})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	n := min(solveShown, (len(list)+1)/2)
	for i := range n {
		for _, side := range []struct {
			of   scored
			into *[]report.Shown
		}{{list[i], &worst}, {list[len(list)-1-i], &best}} {
			if err := ctx.Err(); err != nil {
				return nil, nil, err
			}
			shown, err := o.shown(side.of.index, side.of.score)
			if err != nil {
				return nil, nil, err
			}
			*side.into = append(*side.into, shown)
		}
	}
	return worst, best, nil
}

// shown draws an image, its truth, what was predicted out of fold, and where that is wrong.
func (o *outOfFold) shown(index int, score float64) (report.Shown, error) {
	x, err := o.judged(index)
	if err != nil {
		return report.Shown{}, err
	}
	im, _, err := o.ds.Load(index)
	if err != nil {
		return report.Shown{}, err
	}
	truth := &raster.Mask{H: im.H, W: im.W, Pix: x.truth}
	chosen := raster.NewMask(im.H, im.W)
	decoder.Argmax(len(o.source.classes), x.probabilities.Pix, chosen.Pix)
	im, truth, chosen = smaller(im), smallerMask(truth), smallerMask(chosen)
	ignore := ignored(o.cfg)
	return report.Shown{ID: x.id, Note: fmt.Sprintf("fold %d, mean IoU %.3f at the network's size", x.fold, score), Panels: []report.ShownPanel{
		{Name: "image", Image: im.RGB8()},
		{Name: "truth", Image: raster.Overlay(im, truth, o.source.palette, solveAlpha, ignore)},
		{Name: "prediction", Image: raster.Overlay(im, chosen, o.source.palette, solveAlpha, ignore)},
		{Name: "errors", Image: raster.ErrorPanel(im, truth, chosen, ignore)},
	}}, nil
}

// predictedPictures draws some of the images that were predicted under their masks.
func (s *solver) predictedPictures() (list []report.Shown, err error) {
	colors := palette(s.cfg, len(classNames(s.cfg)))
	code := raster.MaskCode{Coding: raster.IndexCode, Classes: len(colors), Ignore: -1}
	for _, r := range spread(s.test, 2*solveShown) {
		im, err := raster.Read(r.Image)
		if err != nil {
			return nil, err
		}
		m, err := raster.ReadMask(filepath.Join(s.path(solveMasks), "masks", filepath.FromSlash(r.ID)+".png"), code)
		if err != nil {
			return nil, err
		}
		im, m = smaller(im), smallerMask(m)
		list = append(list, report.Shown{ID: r.ID, Panels: []report.ShownPanel{
			{Name: "image", Image: im.RGB8()}, {Name: "prediction", Image: raster.Overlay(im, m, colors, solveAlpha, -1)},
		}})
	}
	return list, nil
}

// shrunk returns the size in which a report shows a picture.
func shrunk(h, w int) (int, int) {
	if side := max(h, w); side > shownSide {
		return max(1, h*shownSide/side), max(1, w*shownSide/side)
	}
	return h, w
}

func smaller(im *raster.Image) *raster.Image {
	if h, w := shrunk(im.H, im.W); h != im.H {
		return raster.ResizeFloat(im.Float(), h, w).Image()
	}
	return im
}

func smallerMask(m *raster.Mask) *raster.Mask {
	h, w := shrunk(m.H, m.W)
	return raster.ResizeMask(m, h, w)
}

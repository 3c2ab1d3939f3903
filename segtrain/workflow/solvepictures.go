package workflow

import (
	"cmp"
	"context"
	"fmt"
	"image/color"
	"math"
	"path/filepath"
	"slices"

	"tessera/segtrain/metric"
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
	labels := make([]uint8, len(x.truth))
	choose(o.cfg, len(o.source.classes), x.probabilities.Pix, labels)
	for i, t := range x.truth {
		if task(o.cfg) == metric.Multilabel && int(t) == ignored(o.cfg) { // of one class of the pixel
			labels[i] = t
		}
	}
	masks, colors := shownLabels(o.cfg, o.source.palette, im.H, im.W, x.truth, labels)
	im, truth, chosen := smaller(im), smallerMask(masks[0]), smallerMask(masks[1])
	ignore := shownIgnored(o.cfg)
	return report.Shown{ID: x.id, Note: fmt.Sprintf("fold %d, mean IoU %.3f at the network's size", x.fold, score), Panels: []report.ShownPanel{
		{Name: "image", Image: im.RGB8()},
		{Name: "truth", Image: raster.Overlay(im, truth, colors, solveAlpha, ignore)},
		{Name: "prediction", Image: raster.Overlay(im, chosen, colors, solveAlpha, ignore)},
		{Name: "errors", Image: raster.ErrorPanel(im, truth, chosen, ignore)},
	}}, nil
}

// predictedPictures draws some of the images that were predicted under their masks.
func (s *solver) predictedPictures() (list []report.Shown, err error) {
	for _, r := range spread(s.test, 2*solveShown) {
		im, err := raster.Read(r.Image)
		if err != nil {
			return nil, err
		}
		m, colors, err := s.predictedMask(r.ID)
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

// predictedMask reads the mask of an image as it is to be shown, and the colors of its values.
func (s *solver) predictedMask(id string) (*raster.Mask, []color.RGBA, error) {
	classes := classNames(s.cfg)
	colors := classColors(s.cfg, len(classes))
	file := filepath.Join(s.path(solveMasks), "masks", filepath.FromSlash(id)+".png")
	code := raster.MaskCode{Coding: raster.IndexCode, Classes: len(classes), Ignore: -1}
	switch task(s.cfg) {
	case metric.Binary:
		code.Coding, code.Classes, colors = raster.BinaryCode, 2, []color.RGBA{{}, colors[0]}
	case metric.Multilabel:
		code.Coding = raster.BinaryCode
		f, err := raster.ReadFlags(filepath.Join(s.path(solveMasks), "masks", raster.ClassField, filepath.FromSlash(id)+".png"), classes, code)
		if err != nil {
			return nil, nil, err
		}
		masks, colors := raster.Combined(colors, f)
		return masks[0], colors, nil
	}
	m, err := raster.ReadMask(file, code)
	return m, colors, err
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

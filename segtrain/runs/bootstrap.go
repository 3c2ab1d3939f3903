package runs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"tessera/segtrain/metric"
	"tessera/segtrain/record"
)

// resamples is how many sets of images are drawn.
const resamples = 2000

// byImages draws from the images that two runs were validated on and measures both on each draw.
func (v *Verdict) byImages(ix *Index) error {
	score, ok := map[string]func([]metric.ClassCount) float64{"mean_iou": meanIoU, "mean_dice": meanDice}[v.Metric]
	if !ok {
		return fmt.Errorf("with one run each, images are resampled, and that is possible for mean_iou and mean_dice, not for %s: "+
			"train several seeds of both", v.Metric)
	}
	p := v.Pairs[0]
	var counts [2][][]metric.ClassCount
	var ids [2][]string
	for i, r := range []Run{p.a, p.b} {
		images, err := record.ReadImages(ix.Dir(r))
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: %s has no %s, since an older program wrote it; train several seeds of both, or train it again",
				ErrNoImages, r.Name, record.ImagesFile)
		}
		if err != nil {
			return err
		}
		slices.SortFunc(images, func(a, b record.ImageResult) int { return cmp.Compare(a.ID, b.ID) })
		for _, x := range images {
			ids[i], counts[i] = append(ids[i], x.ID), append(counts[i], x.Counts())
		}
	}
	if !slices.Equal(ids[0], ids[1]) || len(ids[0]) == 0 {
		return fmt.Errorf("%s and %s were not validated on the same images, so they cannot be paired", p.a.Name, p.b.Name)
	}
	n := len(ids[0])
	everything := make([]int, n)
	for i := range everything {
		everything[i] = i
	}
	measure := func(which []int) float64 { return score(sum(counts[0], which)) - score(sum(counts[1], which)) }
	v.Difference, v.Units, v.Noise = measure(everything), n, "images"
	v.Low, v.High = metric.Bootstrap(n, resamples, measure)
	v.Method = fmt.Sprintf("paired bootstrap of %d validation images, %d draws, 95 %% interval", n, resamples)
	v.Limits = append(v.Limits, "the noise of the seed: one run of each says nothing about another seed, which may change as much as "+
		"this; train both with train.seed=[1, 2, 3] and compare the groups")
	if p.a.Seed() != p.b.Seed() {
		v.Limits = append(v.Limits, fmt.Sprintf("the seeds differ, %s and %s, so part of the difference is theirs", p.a.Seed(), p.b.Seed()))
	}
	return nil
}

// sum adds the counts of images, by class.
func sum(images [][]metric.ClassCount, which []int) []metric.ClassCount {
	total := make([]metric.ClassCount, 256)
	for _, i := range which {
		for _, c := range images[i] {
			total[c.Class] = total[c.Class].Add(c)
		}
	}
	return total
}

// meanIoU returns the mean over the classes that occur; NaN if none does.
func meanIoU(counts []metric.ClassCount) float64 { return meanOver(counts, metric.ClassCount.IoU) }

// meanDice is the same for Dice.
func meanDice(counts []metric.ClassCount) float64 { return meanOver(counts, metric.ClassCount.Dice) }

func meanOver(counts []metric.ClassCount, score func(metric.ClassCount) float64) float64 {
	total, n := 0.0, 0
	for _, c := range counts {
		if c.Truth+c.Prediction > 0 {
			total += score(c)
			n++
		}
	}
	return total / float64(n)
}

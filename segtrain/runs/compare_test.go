package runs

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/metric"
	"tessera/segtrain/record"
)

// seeds writes runs of the given scores, with the seeds 1, 2 and so on.
func seeds(t *testing.T, root, folder string, scores ...float64) {
	t.Helper()
	for i, iou := range scores {
		given{name: fmt.Sprintf("%s/%d", folder, i), iou: iou, settings: []string{fmt.Sprintf("train.seed=%d", i+1)}}.write(t, root)
	}
}

// The numbers are those of scipy.stats.ttest_rel.
func TestCompareSeeds(t *testing.T) {
	root := t.TempDir()
	seeds(t, root, "a", 0.5, 0.52, 0.61, 0.55, 0.58)
	seeds(t, root, "b", 0.48, 0.51, 0.57, 0.56, 0.55)
	seeds(t, root, "c", 0.4, 0.42, 0.5, 0.45, 0.47)
	ix := open(t, root)
	v, err := ix.Compare("a", "b", "mean_iou")
	require.NoError(t, err)
	assert.InDelta(t, 0.018, v.Difference, 1e-12)
	assert.InDelta(t, 0.10453999977837554, v.P, 1e-10)
	assert.Empty(t, v.Better)
	assert.Equal(t, 5, v.Units)
	assert.Equal(t, 2.0/32, v.LeastP)
	assert.Contains(t, v.Text(), "not distinguishable")

	v, err = ix.Compare("c", "a", "mean_iou")
	require.NoError(t, err)
	assert.Equal(t, "b", v.Better)
	assert.Equal(t, 2.0/32, v.SignFlip)
	assert.Contains(t, v.Text(), "a is better than c by 0.1040 ± ")
	assert.Contains(t, v.Text(), "in mean_iou: beyond noise.")
	v, err = ix.Compare("c", "a", "val_loss")
	require.NoError(t, err)
	assert.Equal(t, "b", v.Better, "a loss is better when lower")

	_, err = ix.Compare("a", "z", "mean_iou")
	require.ErrorContains(t, err, `no run "z"`)
	_, err = ix.Compare("a", "b", "mean_dog")
	require.ErrorContains(t, err, "has no mean_dog")
}

// Two seeds whose differences agree to the last digit say nothing, and their interval is that of one degree of freedom; three folds
// of two seeds make up for it.
func TestCompareTooFew(t *testing.T) {
	root := t.TempDir()
	seeds(t, root, "a", 0.75, 0.5)
	seeds(t, root, "b", 0.5, 0.25)
	seeds(t, root, "c", 0.5, 0.375)
	ix := open(t, root)
	v, err := ix.Compare("a", "b", "mean_iou")
	require.NoError(t, err)
	assert.Equal(t, 0.25, v.Low, "an interval without width")
	assert.Empty(t, v.Better)
	assert.Contains(t, v.Text(), "2 seeds are too few for a verdict on a and b, which needs 3: the difference in mean_iou is 0.2500 ± 0.0000.")
	v, err = ix.Compare("a", "c", "mean_iou")
	require.NoError(t, err)
	assert.True(t, v.TooFew)
	assert.InDelta(t, 12.706204736174705*0.0625, (v.High-v.Low)/2, 1e-9, "half the difference of 0.25 and 0.125, by t(0.975; 1)")
	assert.NotContains(t, v.Text(), "not distinguishable")

	for fold := range 3 {
		for seed := range 2 {
			for i, group := range []string{"d", "e"} {
				given{name: fmt.Sprintf("%s/%d-%d", group, fold, seed), iou: 0.5 - 0.25*float64(i), settings: []string{"data.kind=csv",
					"data.manifest=m.csv", "data.classes=3", fmt.Sprintf("data.val.fold=%d", fold), fmt.Sprintf("train.seed=%d", seed)}}.write(t, root)
			}
		}
	}
	ix = open(t, root)
	v, err = ix.Compare("d", "e", "mean_iou")
	require.NoError(t, err)
	assert.False(t, v.TooFew)
	assert.Equal(t, "a", v.Better)
	v, err = ix.CompareOver("d", "e", "mean_iou", "seeds")
	require.NoError(t, err)
	assert.True(t, v.TooFew)
	assert.Contains(t, v.Text(), "3 folds, each the mean of its seeds, would do: --over folds")
}

// Training sets of folds overlap: the variance is (1/n + validated/trained) sd², and seeds of a fold are averaged.
func TestCompareFolds(t *testing.T) {
	root := t.TempDir()
	for fold, x := range [][2]float64{{0.5, 0.48}, {0.52, 0.51}, {0.61, 0.57}} {
		for i, group := range []string{"a", "b"} {
			for seed := range 2 {
				given{
					name: fmt.Sprintf("%s/%d-%d", group, fold, seed), iou: x[i] + 0.01*float64(seed*(1-i)),
					settings: []string{"data.kind=csv", "data.manifest=m.csv", "data.classes=3", fmt.Sprintf("data.val.fold=%d", fold),
						fmt.Sprintf("train.seed=%d", seed)},
				}.write(t, root)
			}
		}
	}
	v, err := open(t, root).Compare("a", "b", "mean_iou")
	require.NoError(t, err)
	assert.Equal(t, 3, v.Units)
	assert.Len(t, v.Pairs, 6)
	// differences 0.025, 0.015, 0.045: mean 0.0283, sd 0.015275; 4.302653 · sd · √(1/3 + 10/40)
	assert.InDelta(t, 0.02833333, v.Difference, 1e-7)
	assert.InDelta(t, 0.0501967, (v.High-v.Low)/2, 1e-6)
	assert.Contains(t, v.Method, "Nadeau and Bengio")
}

// Several seeds of a cross-validation can be judged by the seeds, each the mean of its folds. The numbers are those of
// scipy.stats.ttest_rel on 0.03, 0.02, 0.01.
func TestCompareSeedsOfFolds(t *testing.T) {
	root := t.TempDir()
	write := func(group string, fold, seed int, iou float64) {
		given{name: fmt.Sprintf("%s/s%d/fold%d", group, seed, fold), iou: iou, settings: []string{"data.kind=csv", "data.manifest=m.csv",
			"data.classes=3", fmt.Sprintf("data.val.fold=%d", fold), fmt.Sprintf("train.seed=%d", seed)}}.write(t, root)
	}
	for seed, gain := range []float64{0.03, 0.02, 0.01} {
		for fold := range 2 { // folds differ far more than seeds do
			write("a", fold, seed, 0.5+gain+0.2*float64(fold))
			write("b", fold, seed, 0.5+0.1*float64(fold)+0.05)
		}
	}
	ix := open(t, root)
	v, err := ix.CompareOver("a", "b", "mean_iou", "seeds")
	require.NoError(t, err)
	assert.Equal(t, 3, v.Units)
	assert.Equal(t, "seeds", v.Noise)
	assert.InDelta(t, 0.02, v.Difference, 1e-12)
	assert.InDelta(t, 4.302652729911275*0.01/math.Sqrt(3), (v.High-v.Low)/2, 1e-8)
	assert.InDelta(t, 0.07417990022744858, v.P, 1e-8)
	assert.Contains(t, v.Method, "3 seeds, each the mean of 2 folds")
	assert.NotContains(t, v.Method, "Nadeau")
	v, err = ix.Compare("a", "b", "mean_iou")
	require.NoError(t, err)
	assert.Equal(t, 2, v.Units, "folds, where nothing else is asked for")
	assert.True(t, v.TooFew)
	assert.Contains(t, v.Text(), "2 folds are too few for a verdict")
	assert.Contains(t, v.Text(), "3 seeds, each the mean of its folds, would do: --over seeds")

	_, err = ix.CompareOver("a", "b", "mean_iou", "images")
	require.ErrorContains(t, err, `no "images"; allowed: folds, seeds`)
	_, err = ix.CompareOver("a/s1", "b/s1", "mean_iou", "seeds")
	require.ErrorContains(t, err, "a test over seeds needs 2 of them or more, and a/s1 and b/s1 have 1 in common")
	write("c", 0, 0, 0.5)
	write("c", 1, 0, 0.5)
	write("c", 0, 1, 0.5)
	_, err = open(t, root).CompareOver("c", "b", "mean_iou", "seeds")
	require.ErrorContains(t, err, "seed 1 has 1 of 2 folds")
}

// images returns n images of two classes, with a part of the pixels of the first one right.
func images(n int, right func(i int) int64) (list []record.ImageResult) {
	for i := range n {
		k := right(i)
		list = append(list, record.NewImageResult(fmt.Sprint("image", i), 0.5, []metric.ClassCount{
			{Class: 0, Both: k, Truth: 100, Prediction: k}, {Class: 1, Both: 100, Truth: 100, Prediction: 200 - k},
		}))
	}
	return list
}

func TestCompareImages(t *testing.T) {
	root := t.TempDir()
	given{name: "a", iou: 0.6, images: images(30, func(i int) int64 { return 80 + int64(i%5) })}.write(t, root)
	given{name: "b", iou: 0.5, images: images(30, func(i int) int64 { return 70 + int64(i%5) })}.write(t, root)
	given{name: "c", iou: 0.5, images: images(30, func(i int) int64 { return 70 + int64(i*37%30) })}.write(t, root)
	given{name: "few", iou: 0.5, images: images(29, func(int) int64 { return 70 })}.write(t, root)
	given{name: "none", iou: 0.5}.write(t, root)
	ix := open(t, root)
	v, err := ix.Compare("a", "b", "mean_iou")
	require.NoError(t, err)
	// 82 % right: (0.82 + 100/118)/2; 72 %: (0.72 + 100/128)/2
	assert.InDelta(t, (0.82+100.0/118)/2-(0.72+100.0/128)/2, v.Difference, 1e-12)
	assert.Equal(t, "a", v.Better)
	assert.Equal(t, 30, v.Units)
	assert.Contains(t, v.Text(), "beyond the noise of the images, and how far seeds differ nobody knows")
	assert.Contains(t, v.Text(), "Not covered: the noise of the seed")
	again, err := ix.Compare("a", "b", "mean_iou")
	require.NoError(t, err)
	assert.Equal(t, v.Low, again.Low, "drawn in the same way")

	v, err = ix.Compare("a", "c", "mean_dice")
	require.NoError(t, err)
	assert.Empty(t, v.Better, "%+v", v)
	_, err = ix.Compare("a", "few", "mean_iou")
	require.ErrorContains(t, err, "not validated on the same images")
	_, err = ix.Compare("a", "none", "mean_iou")
	require.ErrorIs(t, err, ErrNoImages)
}

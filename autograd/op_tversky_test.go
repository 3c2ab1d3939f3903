package autograd_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"tessera/autograd"
	"tessera/internal/gradcheck"
	"tessera/internal/kerneltest"
	"tessera/internal/ref"
	"tessera/tensor"
)

// A lossTarget is a target with every seventh label ignored, and what it says in float64.
type lossTarget struct {
	autograd.Target
	classes   int
	exclusive bool
	want      []float64
}

// targetOf returns a target for logits of the given size: of one class a pixel, or, if perClass or of one channel, of
// any; mixed if so.
func targetOf(perClass, mixed bool, size ...int) lossTarget {
	classes, shape := size[3], slices.Clone(size[:3])
	l := lossTarget{classes: classes, exclusive: !perClass && classes > 1}
	values := classes
	if !l.exclusive {
		values = 2
	}
	if perClass {
		shape = size
	}
	l.Labels = masks(values, shape...)
	var second []uint8
	var share []float32
	if mixed {
		l.Mixed, l.Share = masks(values, shape...), tensor.New(tensor.Float32, tensor.Dims(size[:3]...))
		slices.Reverse(l.Mixed.Indices)
		for i, v := range kerneltest.Floats(9, len(l.Share.Data)) {
			l.Share.Data[i] = float32(math.Abs(float64(v)))
		}
		second, share = l.Mixed.Indices, l.Share.Data
	}
	l.want = ref.Want(classes, 255, !l.exclusive, l.Labels.Indices, second, share)
	return l
}

// lossCase checks a loss of logits of some size, with its reference of probabilities and target.
func lossCase(t *testing.T, target lossTarget, size []int, build func(t *autograd.Tape, x *autograd.Var) *autograd.Var,
	reference func(p []float64) float64) {
	t.Helper()
	gradcheck.Run(t, gradcheck.Case{
		Inputs: []*tensor.Tensor{gradcheck.Grid(1, size...)},
		Build: func(t *autograd.Tape, in []*autograd.Var) *autograd.Var {
			return build(t, in[0])
		},
		Reference: func(in [][]float32) []float64 {
			return []float64{reference(ref.Probabilities(target.classes, target.exclusive, in[0]))}
		},
	})
}

func TestTversky(t *testing.T) {
	plain := autograd.TverskyOptions{RegionOptions: autograd.RegionOptions{Ignore: 255}, Alpha: 0.5, Beta: 0.5}
	with := func(change func(o *autograd.TverskyOptions)) autograd.TverskyOptions {
		o := plain
		change(&o)
		return o
	}
	for name, c := range map[string]struct {
		size            []int
		perClass, mixed bool
		o               autograd.TverskyOptions
	}{
		"plain":                   {[]int{2, 3, 4, 5}, false, false, plain},
		"smooth":                  {[]int{2, 3, 4, 5}, false, false, with(func(o *autograd.TverskyOptions) { o.Smooth = 1 })},
		"absent classes":          {[]int{2, 3, 4, 19}, false, false, plain},
		"blocks of many channels": {[]int{2, 13, 7, 320}, false, false, plain},
		"absent classes count": {[]int{2, 3, 4, 19}, false, false,
			with(func(o *autograd.TverskyOptions) { o.Empty, o.Smooth = true, 0.5 })},
		"unequal weights": {[]int{2, 3, 4, 5}, false, false,
			with(func(o *autograd.TverskyOptions) { o.Alpha, o.Beta = 0.3, 0.9 })},
		"focal": {[]int{2, 3, 4, 5}, false, false, with(func(o *autograd.TverskyOptions) { o.Gamma = 0.75 })},
		"log":   {[]int{2, 3, 4, 5}, false, false, with(func(o *autograd.TverskyOptions) { o.Log, o.Alpha = true, 0.75 })},
		"some classes with weights": {[]int{2, 3, 4, 5}, false, false,
			with(func(o *autograd.TverskyOptions) { o.Classes, o.Weights = []int{4, 1}, []float32{9, 2, 9, 9, 0.5} })},
		"mixed":                 {[]int{2, 3, 4, 5}, false, true, plain},
		"mixed, log":            {[]int{2, 3, 4, 5}, false, true, with(func(o *autograd.TverskyOptions) { o.Log = true })},
		"one channel":           {[]int{2, 3, 4, 1}, false, false, plain},
		"one channel, mixed":    {[]int{2, 3, 4, 1}, false, true, plain},
		"for each class":        {[]int{2, 3, 4, 3}, true, false, with(func(o *autograd.TverskyOptions) { o.Smooth = 1 })},
		"for each class, mixed": {[]int{2, 3, 4, 3}, true, true, plain},
	} {
		t.Run(name, func(t *testing.T) {
			target := targetOf(c.perClass, c.mixed, c.size...)
			lossCase(t, target, c.size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
				return autograd.Tversky(t, x, target.Target, c.o)
			}, func(p []float64) float64 { return tverskyReference(c.o, target, p) })
		})
	}
}

func tverskyReference(o autograd.TverskyOptions, target lossTarget, p []float64) float64 {
	return classMean(o.RegionOptions, o.Gamma, target, func(j int) float64 {
		tp, predicted, actual, _ := ref.Overlap(target.classes, j, p, target.want)
		fp, fn := predicted-tp, actual-tp
		score := (tp + o.Smooth) / (tp + o.Alpha*fp + o.Beta*fn + o.Smooth)
		if o.Log {
			return -math.Log(score)
		}
		return 1 - score
	})
}

// classMean returns the weighted mean of what loss is for classes that count, to the power of gamma, 0 meaning 1.
func classMean(o autograd.RegionOptions, gamma float64, target lossTarget, loss func(class int) float64) float64 {
	sum, weight := 0.0, 0.0
	for j := range target.classes {
		_, _, actual, _ := ref.Overlap(target.classes, j, target.want, target.want)
		if actual == 0 && !o.Empty || o.Classes != nil && !slices.Contains(o.Classes, j) {
			continue
		}
		w := 1.0
		if o.Weights != nil {
			w = float64(o.Weights[j])
		}
		sum += w * loss(j)
		weight += w
	}
	if gamma == 0 {
		gamma = 1
	}
	return math.Pow(sum/weight, gamma)
}

func TestDiceAndJaccard(t *testing.T) {
	size := []int{2, 3, 4, 5}
	target := targetOf(false, false, size...)
	o := autograd.RegionOptions{Ignore: 255, Smooth: 0.5}
	lossCase(t, target, size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
		return autograd.Dice(t, x, target.Target, o)
	}, func(p []float64) float64 {
		return classMean(o, 0, target, func(j int) float64 {
			tp, predicted, actual, _ := ref.Overlap(5, j, p, target.want)
			return 1 - (2*tp+2*o.Smooth)/(predicted+actual+2*o.Smooth)
		})
	})
	lossCase(t, target, size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
		return autograd.Jaccard(t, x, target.Target, o)
	}, func(p []float64) float64 {
		return classMean(o, 0, target, func(j int) float64 {
			tp, predicted, actual, _ := ref.Overlap(5, j, p, target.want)
			return 1 - (tp+o.Smooth)/(predicted+actual-tp+o.Smooth)
		})
	})
}

func TestMCC(t *testing.T) {
	for name, c := range map[string]struct {
		size            []int
		perClass, mixed bool
	}{
		"one channel":    {[]int{2, 3, 4, 1}, false, false},
		"classes":        {[]int{2, 3, 4, 5}, false, false},
		"for each class": {[]int{2, 3, 4, 3}, true, false},
		"mixed":          {[]int{2, 3, 4, 5}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			target := targetOf(c.perClass, c.mixed, c.size...)
			o := autograd.RegionOptions{Ignore: 255}
			lossCase(t, target, c.size, func(t *autograd.Tape, x *autograd.Var) *autograd.Var {
				return autograd.MCC(t, x, target.Target, o)
			}, func(p []float64) float64 {
				return classMean(o, 0, target, func(j int) float64 {
					tp, predicted, actual, n := ref.Overlap(target.classes, j, p, target.want)
					fp, fn := predicted-tp, actual-tp
					tn := n - tp - fp - fn
					return 1 - (tp*tn-fp*fn)/math.Sqrt((tp+fp)*(tp+fn)*(tn+fp)*(tn+fn))
				})
			})
		})
	}
}

func TestRegionMistakes(t *testing.T) {
	record := func(o autograd.RegionOptions, labels *tensor.Tensor) func() {
		return func() {
			tape := autograd.NewTape(autograd.Training)
			autograd.Dice(tape, tape.Input(tensor.Dims(1, 2, 3, 4)), autograd.NewTarget(labels), o)
		}
	}
	labels := tensor.New(tensor.Uint8, tensor.Dims(1, 2, 3))
	assert.PanicsWithValue(t, "autograd: dice: absent classes count only with smooth above 0",
		record(autograd.RegionOptions{Empty: true}, labels))
	assert.PanicsWithValue(t, "autograd: dice: 1 weights for 4 classes",
		record(autograd.RegionOptions{Weights: []float32{1}}, labels))
	assertShapeError(t, "dice of 1×2×3×4 and 1×2×3×3: want 0 or 1 (uint8) for each pixel and class", func(t *autograd.Tape) {
		autograd.Dice(t, t.Input(tensor.Dims(1, 2, 3, 4)), autograd.NewTarget(tensor.New(tensor.Uint8, tensor.Dims(1, 2, 3, 3))),
			autograd.RegionOptions{})
	})
}

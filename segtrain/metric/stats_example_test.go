package metric_test

import (
	"fmt"

	"tessera/segtrain/metric"
)

// Two classes that may overlap: the second is in neither truth nor prediction, so the mean is that of the first.
func ExampleStats_Score() {
	s := metric.NewStats(metric.Multilabel, 2, 255)
	s.Add([]uint8{1, 0, 1, 0, 255, 0}, []uint8{1, 0, 0, 0, 1, 0}) // 1 of 2 found, the third pixel is ignored
	macro, err := s.Score("iou", metric.ScoreOptions{})
	if err != nil {
		panic(err)
	}
	smp, err := s.Score("iou", metric.ScoreOptions{ZeroDivision: new(1.0)})
	if err != nil {
		panic(err)
	}
	fmt.Println(macro, smp)
	// Output: 0.5 0.75
}

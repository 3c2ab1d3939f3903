package metric_test

import (
	"fmt"

	"tessera/segtrain/metric"
)

func ExampleConfusion_Report() {
	c := metric.NewConfusion(3)
	truth := []uint8{0, 0, 0, 1, 1, 255}
	prediction := []uint8{0, 0, 1, 1, 1, 0}
	c.Add(truth, prediction, 255)
	fmt.Print(c.Report([]string{"background", "cell", "debris"}))
	// Output:
	// class               IoU    Dice  precision  recall        pixels
	// background        0.667   0.800      1.000   0.667             3
	// cell              0.667   0.800      0.667   1.000             2
	// debris                -       -          -       -             0
	// mean of present   0.667   0.800                                5
	// pixel accuracy    0.800
}

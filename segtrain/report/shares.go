package report

import (
	"fmt"
	"math"

	"tessera/segtrain/ink"
)

const (
	classRoom  = 44 // units across for a class, at least
	foldRoom   = 8  // for each of its folds
	sharesHigh = 230
	sharesLeft = 70 // room for the numbers and the name of the axis
	nameTurn   = -math.Pi / 4
)

// Shares draws folds beside each other, class by class, to path, a PNG: ratios[fold][class] is the class's share in
// the fold over its share in all images, so that 1 is a fold like the whole. What is not finite is left out.
func Shares(path string, classes []string, ratios [][]float64) error {
	title := fmt.Sprintf("Share of each class, folds 0 to %d from left to right", len(ratios)-1)
	longest := 0.0
	for _, name := range classes {
		longest = max(longest, float64(ink.Width(name, labelSize)))
	}
	// Names hang from the middle of their class to the left and down.
	hang := float64((longest + labelSize) * math.Sqrt2 / 2)
	left := max(sharesLeft, hang-classRoom/2)
	room := max(classRoom, foldRoom*float64(len(ratios))/0.6, (float64(ink.Width(title, titleSize))-left)/float64(len(classes)))
	right := left + float64(room*float64(len(classes)))
	on := ink.New(right+2*plotMargin, plotHead+padTop+sharesHigh+hang+2*plotMargin, plotScale).Shift(plotMargin, plotMargin/2)
	on.Text(title, ink.Point{Y: titleSize}, ink.Words{Size: titleSize, Ink: textInk})

	on = on.Shift(0, plotHead+padTop)
	y := axis{0, highestShare(ratios), sharesHigh, 0, false}
	inkRows(on, ticks(y, ticksUp), left, right)
	on.Rule(ink.Point{X: left, Y: y.at(1)}, ink.Point{X: right, Y: y.at(1)}, 1.5, quietInk)
	on.Text("times its share in all images", ink.Point{X: left - 44, Y: sharesHigh / 2},
		ink.Words{Size: labelSize, Align: 0.5, Turn: -math.Pi / 2, Ink: quietInk})
	for c, name := range classes {
		from := left + float64(room*float64(c))
		on.Text(name, ink.Point{X: from + float64(room/2), Y: sharesHigh + labelSize}, ink.Words{Size: labelSize, Align: 1, Turn: nameTurn, Ink: textInk})
		inkShares(on, ratios, c, axis{-0.5, float64(len(ratios)) - 0.5, from + float64(0.2*room), from + float64(0.8*room), true}, y)
	}
	return writePlot("shares", path, on)
}

// inkShares draws a class's dots, one a fold, along x.
func inkShares(on *ink.Canvas, ratios [][]float64, class int, x, y axis) {
	for f, row := range ratios {
		if v := row[class]; finite(v) {
			inkDot(on, ink.Point{X: x.at(float64(f)), Y: y.at(v)}, 4, inks[[]string{"main", "other"}[f%2]])
		}
	}
}

// highestShare is the top of the axis: 1.5, or somewhat more than the highest ratio.
func highestShare(ratios [][]float64) float64 {
	top := 1.5
	for _, row := range ratios {
		for _, v := range row {
			if finite(v) {
				top = max(top, 1.05*v)
			}
		}
	}
	return top
}

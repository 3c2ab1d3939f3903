package augment

import (
	"image"
	"math"
	"slices"
)

// polygonRow returns the runs of pixels of a row that a polygon covers, its corners being centres of pixels and its
// edges belonging to it: those that a ray enters an odd number of times (OpenCV: fillPoly).
func polygonRow(corners []image.Point, y int) (runs [][2]int) {
	var crossings []float64
	for i, a := range corners {
		b := corners[(i+1)%len(corners)]
		if a.Y == b.Y {
			if a.Y == y {
				runs = append(runs, [2]int{min(a.X, b.X), max(a.X, b.X)})
			}
			continue
		}
		if a.Y > b.Y {
			a, b = b, a
		}
		if y < a.Y || y > b.Y {
			continue
		}
		x := float64(a.X) + float64(float64((y-a.Y)*(b.X-a.X))/float64(b.Y-a.Y))
		if y < b.Y {
			crossings = append(crossings, x)
		}
		runs = append(runs, [2]int{int(math.Floor(x + 0.5)), int(math.Floor(x + 0.5))})
	}
	slices.Sort(crossings)
	for i := 0; i+1 < len(crossings); i += 2 {
		runs = append(runs, [2]int{int(math.Ceil(crossings[i])), int(math.Floor(crossings[i+1]))})
	}
	return runs
}

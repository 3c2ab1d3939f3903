package refine

// A Region is a connected part of an image whose labels are contradicted: the same class given, the same suggested.
type Region struct {
	Given      int     `json:"given"`
	Suggested  int     `json:"suggested"`
	Box        Box     `json:"box"`
	Area       int     `json:"area"`       // pixels
	Confidence float64 `json:"confidence"` // mean margin of the suggested class, 0 to 1
}

// A Box is a part of a picture in pixels: columns from X0 to before X1, rows from Y0 to before Y1.
type Box struct {
	X0 int `json:"x0"`
	Y0 int `json:"y0"`
	X1 int `json:"x1"`
	Y1 int `json:"y1"`
}

// regions returns the connected regions (four neighbours) of at least so many pixels, by their first pixels.
func (c *Contradiction) regions(least int) []Region {
	var list []Region
	seen := make([]bool, len(c.Given))
	var queue []int
	for i := range c.Given {
		if seen[i] || !c.Contradicted(i) {
			continue
		}
		seen[i] = true
		queue = append(queue[:0], i)
		r := Region{Given: int(c.Given[i]), Suggested: int(c.Suggested[i]), Box: Box{c.W, c.H, 0, 0}}
		sum := 0.0
		for k := 0; k < len(queue); k++ {
			at := queue[k]
			y, x := at/c.W, at%c.W
			r.Box = Box{min(r.Box.X0, x), min(r.Box.Y0, y), max(r.Box.X1, x+1), max(r.Box.Y1, y+1)}
			sum += float64(c.Margin[at])
			for _, next := range [4]int{at - c.W, at - 1, at + 1, at + c.W} {
				if next < 0 || next >= len(seen) || next%c.W != x && next/c.W != y {
					continue
				}
				if !seen[next] && c.Contradicted(next) && c.Given[next] == c.Given[i] && c.Suggested[next] == c.Suggested[i] {
					seen[next] = true
					queue = append(queue, next)
				}
			}
		}
		if r.Area = len(queue); r.Area >= least {
			r.Confidence = sum / float64(r.Area)
			list = append(list, r)
		}
	}
	return list
}

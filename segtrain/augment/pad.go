package augment

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// PadIfNeeded pads pictures that are too small, on each axis up to a minimum and then up to a multiple of a
// divisor; 0 asks for neither (Albumentations: PadIfNeeded, but without its default of 1024 pixels, and a
// minimum and a divisor may be given together). Larger pictures stay as they are. FillMask is the class of
// the border; left out, it is the ignored class (see Bind).
type PadIfNeeded struct {
	MinHeight        int    `yaml:"min_height"`
	MinWidth         int    `yaml:"min_width"`
	PadHeightDivisor int    `yaml:"pad_height_divisor"`
	PadWidthDivisor  int    `yaml:"pad_width_divisor"`
	Position         string `yaml:"position"` // of the picture in the frame; empty is center
	Outside          `yaml:",inline"`
}

var positions = []string{"center", "top_left", "top_right", "bottom_left", "bottom_right", "random"}

// Draw returns the pad, an exact copy; rng is used by the position "random" only, and may be nil for the
// others.
func (t PadIfNeeded) Draw(rng *rand.Rand, h, w int) Op {
	outH := padded(h, t.MinHeight, t.PadHeightDivisor)
	outW := padded(w, t.MinWidth, t.PadWidthDivisor)
	b := t.border()
	dy, dx := outH-h, outW-w
	switch t.Position {
	case "top_left":
		return place(h, w, outH, outW, 0, 0, b)
	case "top_right":
		return place(h, w, outH, outW, 0, dx, b)
	case "bottom_left":
		return place(h, w, outH, outW, dy, 0, b)
	case "bottom_right":
		return place(h, w, outH, outW, dy, dx, b)
	case "random":
		return place(h, w, outH, outW, rng.IntN(dy+1), rng.IntN(dx+1), b)
	}
	return centre(h, w, outH, outW, b)
}

// Validate checks the sizes and the position.
func (t PadIfNeeded) Validate() error {
	sizes := []int{t.MinHeight, t.MinWidth, t.PadHeightDivisor, t.PadWidthDivisor}
	if slices.Min(sizes) < 0 || slices.Max(sizes) == 0 {
		return fmt.Errorf("needs a positive min_height, min_width, pad_height_divisor or pad_width_divisor")
	}
	if t.Position != "" && !slices.Contains(positions, t.Position) {
		return fmt.Errorf("position: no %q; there are: %s", t.Position, strings.Join(positions, ", "))
	}
	return t.check()
}

func (t PadIfNeeded) bind(channels, ignore int) (_ Transform, err error) {
	t.Outside, err = t.bound("PadIfNeeded", channels, ignore)
	return t, err
}

func padded(n, least, divisor int) int {
	n = max(n, least)
	if divisor > 0 {
		n = (n + divisor - 1) / divisor * divisor
	}
	return n
}

// place shows an h×w picture with its first pixel at (top, left) of an outH×outW frame. Negative positions
// crop. A border that shows the picture again is a lookup, which is exact at whole pixels.
func place(h, w, outH, outW, top, left int, b border) Op {
	if b.mode != borderConstant {
		return warp{frame{h, w, outH, outW}, Translation(float64(-left), float64(-top)), b}
	}
	return newMove(frame{h, w, outH, outW}, lattice{yy: 1, y0: -top, xx: 1, x0: -left}, b)
}

// centre puts the odd pixel of the border at the bottom and on the right.
func centre(h, w, outH, outW int, b border) Op {
	return place(h, w, outH, outW, (outH-h)/2, (outW-w)/2, b)
}

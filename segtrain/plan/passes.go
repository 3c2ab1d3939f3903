package plan

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// passes are the views of a name without numbers.
var passes = map[string]float64{"": 1, "hflip": 2, "vflip": 2, "flips": 4, "rot90": 4, "d4": 8}

// Passes returns how many forward passes of the whole picture a list of views such as "hflip,scale=0.75:1.25" takes: the list is
// a product, and a view at a factor of the size takes the factor's square.
func Passes(views string) (float64, error) {
	total := 1.0
	for name := range strings.SplitSeq(views, ",") {
		name, list, has := strings.Cut(strings.TrimSpace(name), "=")
		var numbers []float64
		if has {
			for s := range strings.SplitSeq(list, ":") {
				x, err := strconv.ParseFloat(s, 64)
				if err != nil || math.IsNaN(x) || math.Abs(x) > 360 {
					return 0, fmt.Errorf("views %q: %q is no number that is allowed", views, s)
				}
				numbers = append(numbers, x)
			}
		}
		n, err := axis(name, numbers, has)
		if err != nil {
			return 0, fmt.Errorf("views %q: %w", views, err)
		}
		total *= n
	}
	return total, nil
}

// axis returns the forward passes of one name of a list.
func axis(name string, numbers []float64, has bool) (float64, error) {
	n, plain := passes[name]
	switch {
	case plain && !has:
		return n, nil
	case name == "five_crop", name == "ten_crop":
		share := 0.75
		if has {
			share = numbers[0]
		}
		if n = float64(5 * share * share); name == "ten_crop" {
			n *= 2
		}
		return n, nil
	case name == "rot90" && has, name == "brightness" && has:
		return 1 + without(numbers, 0), nil
	case name == "multiply" && has, name == "gamma" && has:
		return 1 + without(numbers, 1), nil
	case name == "scale" && has:
		n = 1
		for _, x := range numbers {
			if x != 1 {
				n += float64(x * x)
			}
		}
		return n, nil
	}
	return 0, fmt.Errorf("no %q; there are: hflip, vflip, flips, rot90, d4, scale=…, five_crop, ten_crop, brightness=…, multiply=…, "+
		"gamma=…", name)
}

// without counts the numbers that are not the one that changes nothing.
func without(numbers []float64, same float64) (n float64) {
	for _, x := range numbers {
		if x != same {
			n++
		}
	}
	return n
}

// Tiles returns how many tiles of th×tw cover a picture of h×w, where neighbours share at least a part overlap of a side.
func Tiles(h, w, th, tw int, overlap float64) int {
	along := func(n, tile int) int {
		if n <= tile {
			return 1
		}
		step := max(1, int(float64(tile)*(1-overlap)))
		return 1 + (n-tile+step-1)/step
	}
	return along(h, th) * along(w, tw)
}

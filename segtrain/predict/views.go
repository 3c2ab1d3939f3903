package predict

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A View is one way to look at a picture in test-time augmentation. The network's input is cropped, scaled, changed in its
// colours and turned, in this order, and what the model sees is brought back. The zero View is the picture as it is.
type View struct {
	Crop     Crop
	Scale    float64 // of both sides; 0 is 1
	Add      float64 // to samples in [0, 1], after Multiply; of black and white it is a part
	Multiply float64 // of samples in [0, 1]; 0 is 1
	Gamma    float64 // exponent of samples in [0, 1]; 0 is 1
	Turn     Symmetry
}

// A Crop is a part of a picture: a corner of it, or its centre.
type Crop struct {
	Place int     // 0: the whole; 1 to 4: top left, top right, bottom left, bottom right; 5: the centre
	Share float64 // of each side; 0 of the whole
}

// window returns the crop of an h×w picture.
func (c Crop) window(h, w int) (y, x, ch, cw int) {
	if c.Place == 0 {
		return 0, 0, h, w
	}
	ch, cw = scaled(h, c.Share), scaled(w, c.Share)
	switch c.Place {
	case 2:
		x = w - cw
	case 3:
		y = h - ch
	case 4:
		y, x = h-ch, w-cw
	case 5:
		y, x = (h-ch)/2, (w-cw)/2
	}
	return y, x, ch, cw
}

// scaled is the nearest whole number to n·factor, at least 1.
func scaled(n int, factor float64) int { return max(1, int(float64(float64(n)*factor)+0.5)) }

// size returns the size that a view of an h×w picture has before it is turned.
func (v View) size(h, w int) (int, int) {
	_, _, h, w = v.Crop.window(h, w)
	if v.Scale == 0 {
		return h, w
	}
	return scaled(h, v.Scale), scaled(w, v.Scale)
}

// Cost returns how many pixels views show the network, in those of the picture alone; no views are the picture alone.
func Cost(views []View) float64 {
	if len(views) == 0 {
		return 1
	}
	total := 0.0
	for _, v := range views {
		side := 1.0
		if v.Crop.Place != 0 {
			side = v.Crop.Share
		}
		if v.Scale != 0 {
			side *= v.Scale
		}
		total += float64(side * side)
	}
	return total
}

// maxViews bounds a product of views, each of which costs as much as a prediction.
const maxViews = 64

// axes are the names that a list of views may have, and their views by the numbers after the name.
var axes = map[string]struct {
	doc      string
	standard []float64 // numbers if there are none
	views    func(numbers []float64) []View
	lo, hi   float64 // what numbers are allowed; 0, 0: the name takes none
}{
	"hflip": {"the picture and its mirror image", nil, turns("", "h"), 0, 0},
	"vflip": {"the picture and the same upside down", nil, turns("", "v"), 0, 0},
	"flips": {"hflip and vflip", nil, turns("", "h", "v", "vh"), 0, 0},
	"rot90": {"quarter turns, counterclockwise; =180: that one", []float64{90, 180, 270}, quarters, 90, 270},
	"d4":    {"the eight symmetries of the square", nil, turns("", "tv", "vh", "th", "h", "tvh", "v", "t"), 0, 0},
	"scale": {"sizes by factor, such as scale=0.75:1.25", nil, with(1, func(v *View, x float64) { v.Scale = x }), 0.1, 8},
	"five_crop": {"corners and centre; =0.75: their part of each side", []float64{0.75}, func(n []float64) []View {
		return crops(n[0])
	}, 0.5, 1},
	"ten_crop": {"five_crop and hflip", []float64{0.75}, func(n []float64) []View {
		return product(crops(n[0]), turns("", "h")(nil))
	}, 0.5, 1},
	"brightness": {"light added, such as brightness=0.1:-0.1 of white", nil,
		with(0, func(v *View, x float64) { v.Add = x }), -1, 1},
	"multiply": {"light by factor, such as multiply=0.9:1.1", nil,
		with(1, func(v *View, x float64) { v.Multiply = x }), 0.1, 10},
	"gamma": {"light by exponent, such as gamma=0.8:1.25", nil,
		with(1, func(v *View, x float64) { v.Gamma = x }), 0.1, 10},
}

// aliases are other names, of ttach and of this package.
var aliases = map[string]string{
	"hflip_transform": "hflip", "HorizontalFlip": "hflip", "vflip_transform": "vflip", "VerticalFlip": "vflip",
	"flip_transform": "flips", "flip": "flips", "Rotate90": "rot90", "d4_transform": "d4", "Scale": "scale",
	"multiscale_transform": "scale", "multiscale": "scale", "five_crop_transform": "five_crop", "FiveCrops": "five_crop",
	"ten_crop_transform": "ten_crop", "Add": "brightness", "add": "brightness", "Multiply": "multiply",
}

// ViewNames returns what ParseViews takes, with a line on each, in order.
func ViewNames() [][2]string {
	var list [][2]string
	for _, name := range []string{"hflip", "vflip", "flips", "rot90", "d4", "scale", "five_crop", "ten_crop", "brightness",
		"multiply", "gamma"} {
		list = append(list, [2]string{name, axes[name].doc})
	}
	return list
}

// ParseViews returns the views of names such as hflip or scale=0.75:1.25 (see ViewNames), or of ttach's names for them. As in ttach
// the list is a product: [hflip, scale=0.75:1.25] is six views, and the picture as it is belongs to all but crops. A
// symmetry that a product has twice counts once. No names are no views.
//
// Source: ttach (github.com/qubvel/ttach), aliases.py and transforms.py.
func ParseViews(names []string) ([]View, error) {
	if len(names) == 0 {
		return nil, nil
	}
	views := []View{{}}
	seen := map[string]bool{}
	for _, text := range names {
		name, numbers, err := parseAxis(text)
		if err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("%s is there twice; put its numbers together, as in scale=0.75:1.25", name)
		}
		seen[name] = true
		views = product(views, axes[name].views(numbers))
		if len(views) > maxViews {
			return nil, fmt.Errorf("%s: %d views or more; allowed: %d", strings.Join(names, ", "), len(views), maxViews)
		}
	}
	if seen["five_crop"] && seen["ten_crop"] {
		return nil, fmt.Errorf("five_crop and ten_crop exclude each other")
	}
	return views, nil
}

// parseAxis takes a name and its numbers apart.
func parseAxis(text string) (name string, numbers []float64, err error) {
	name, list, has := strings.Cut(strings.TrimSpace(text), "=")
	if other, ok := aliases[name]; ok {
		name = other
	}
	axis, ok := axes[name]
	if !ok {
		var known []string
		for _, n := range ViewNames() {
			known = append(known, n[0])
		}
		return "", nil, fmt.Errorf("no view %q; there are: %s", name, strings.Join(known, ", "))
	}
	if !has {
		if axis.standard == nil && axis.hi != 0 {
			return "", nil, fmt.Errorf("%s wants numbers, such as %[1]s=%v", name, map[bool]string{true: "0.75:1.25", false: "0.1"}[name == "scale"])
		}
		return name, axis.standard, nil
	}
	if axis.hi == 0 {
		return "", nil, fmt.Errorf("%s takes no numbers", name)
	}
	for s := range strings.SplitSeq(list, ":") {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || !(x >= axis.lo && x <= axis.hi) && !(name == "rot90" && x == 0) {
			return "", nil, fmt.Errorf("%s: %q; allowed: %v to %v, with : between", name, s, axis.lo, axis.hi)
		}
		numbers = append(numbers, x)
	}
	if strings.HasSuffix(name, "_crop") && len(numbers) > 1 {
		return "", nil, fmt.Errorf("%s takes one number, not %d", name, len(numbers))
	}
	for _, x := range numbers {
		if name == "rot90" && x != 0 && x != 90 && x != 180 && x != 270 {
			return "", nil, fmt.Errorf("rot90: %v; allowed: 0, 90, 180, 270", x)
		}
	}
	return name, numbers, nil
}

// with returns the views of a list of numbers, with the number that changes nothing first.
func with(identity float64, set func(*View, float64)) func([]float64) []View {
	return func(numbers []float64) []View {
		views := []View{{}}
		for _, x := range numbers {
			if x != identity {
				var v View
				set(&v, x)
				views = append(views, v)
			}
		}
		return views
	}
}

// turns returns views that are turned: t, v and h are a transposition, a vertical and a horizontal flip.
func turns(list ...string) func([]float64) []View {
	return func([]float64) []View {
		var views []View
		for _, s := range list {
			views = append(views, View{Turn: Symmetry{
				Transpose: strings.Contains(s, "t"), FlipV: strings.Contains(s, "v"), FlipH: strings.Contains(s, "h"),
			}})
		}
		return views
	}
}

// quarters returns the picture and turns of it counterclockwise by degrees.
func quarters(degrees []float64) []View {
	views := []View{{}}
	for _, d := range degrees {
		views = append(views, turns([]string{"", "tv", "vh", "th"}[int(d)/90])(nil)...)
	}
	return views
}

func crops(share float64) []View {
	var views []View
	for place := 1; place <= 5; place++ {
		views = append(views, View{Crop: Crop{Place: place, Share: share}})
	}
	return views
}

// product returns each view of a followed by each of b, none of them twice.
func product(a, b []View) []View {
	var out []View
	for _, first := range a {
		for _, then := range b {
			v := first
			v.Turn = first.Turn.Then(then.Turn)
			v.Crop.Place, v.Crop.Share = max(v.Crop.Place, then.Crop.Place), max(v.Crop.Share, then.Crop.Share)
			v.Scale += then.Scale
			v.Add += then.Add
			v.Multiply += then.Multiply
			v.Gamma += then.Gamma
			if !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out
}

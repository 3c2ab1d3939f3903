package augment

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

func init() {
	mixers["MixUp"] = func() any { return &MixUp{MixWhen{P: 0.5}, 0.4} }
	mixers["CutMix"] = func() any { return &CutMix{MixWhen{P: 0.5}, 1} }
	mixers["ClassMix"] = func() any { return &ClassMix{MixWhen{P: 0.5}} }
	mixers["Mosaic"] = func() any { return &Mosaic{MixWhen{P: 0.5}, Range{0.3, 0.7}} }
}

// MixUp adds a share λ of the picture and 1-λ of another, λ from Beta(Alpha, Alpha); each pixel keeps both labels with these
// shares (Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018).
type MixUp struct {
	MixWhen `yaml:",inline"`
	Alpha   float64 `yaml:"alpha"`
}

// Soft is true.
func (m *MixUp) Soft() bool { return true }

// Check says what is wrong with the settings.
func (m *MixUp) Check() error { return errors.Join(m.MixWhen.Check(), checkAlpha(m.Alpha)) }

// Mix draws the other picture and λ.
func (m *MixUp) Mix(rng *rand.Rand, b *MixBatch, i int) {
	j := b.other(rng, i)
	share := float32(beta(rng, m.Alpha))
	dst, one, two := b.image(b.Images, i), b.image(b.FromImages, i), b.image(b.FromImages, j)
	rest := 1 - share
	for k := range dst {
		dst[k] = float32(share*one[k]) + float32(rest*two[k])
	}
	copy(b.labels(b.Mixed, i), b.labels(b.FromLabels, j))
	n := b.H * b.W
	for k := range n {
		b.Share[i*n+k] = share
	}
}

// CutMix shows another picture in a box, with its labels: of a share 1-λ of the area, λ from Beta(Alpha, Alpha), its centre
// anywhere (Yun et al., "CutMix", ICCV 2019).
type CutMix struct {
	MixWhen `yaml:",inline"`
	Alpha   float64 `yaml:"alpha"`
}

// Soft is false: a pixel has the label of the picture it shows.
func (m *CutMix) Soft() bool { return false }

// Check says what is wrong with the settings.
func (m *CutMix) Check() error { return errors.Join(m.MixWhen.Check(), checkAlpha(m.Alpha)) }

// Mix draws the other picture and the box.
func (m *CutMix) Mix(rng *rand.Rand, b *MixBatch, i int) {
	j := b.other(rng, i)
	box := b.box(rng, m.Alpha)
	for row := box.Y0; row < box.Y1 && box.X0 < box.X1; row++ {
		b.paste(i, row*b.W+box.X0, j, row*b.W+box.X0, row*b.W+box.X1)
	}
}

// A Box is the pixels of rows Y0 to Y1 and columns X0 to X1, the ends not among them.
type Box struct{ Y0, Y1, X0, X1 int }

// Pixels returns how many there are.
func (b Box) Pixels() int { return max(0, b.Y1-b.Y0) * max(0, b.X1-b.X0) }

// box draws a box of a share 1-λ of the area, λ from Beta(alpha, alpha), with its centre anywhere, and cuts off what lies
// outside of the picture.
func (b *MixBatch) box(rng *rand.Rand, alpha float64) Box {
	side := math.Sqrt(1 - beta(rng, alpha))
	h, w := roundInt(float64(b.H)*side), roundInt(float64(b.W)*side)
	y, x := rng.IntN(b.H)-h/2, rng.IntN(b.W)-w/2
	return Box{max(y, 0), min(y+h, b.H), max(x, 0), min(x+w, b.W)}
}

// ClassMix shows the pixels of half of another picture's classes, drawn, with their labels: things are cut out along their
// outlines (Olsson et al., "ClassMix", WACV 2021).
type ClassMix struct {
	MixWhen `yaml:",inline"`
}

// Soft is false: a pixel has the label of the picture it shows.
func (m *ClassMix) Soft() bool { return false }

// Mix draws the other picture and its classes. Ignored pixels are not taken along.
func (m *ClassMix) Mix(rng *rand.Rand, b *MixBatch, i int) {
	j := b.other(rng, i)
	from := b.labels(b.FromLabels, j)
	var present, taken [256]bool
	for k, label := range from {
		b.mark(&present, k, label)
	}
	var classes []int
	for class, is := range present {
		if is {
			classes = append(classes, class)
		}
	}
	for _, k := range rng.Perm(len(classes))[:(len(classes)+1)/2] {
		taken[classes[k]] = true
	}
	pixels := b.H * b.W
	shown := func(p int) bool {
		if b.Planes == 1 {
			return taken[from[p]]
		}
		at := from[p*b.Planes:][:b.Planes]
		for class, flag := range at {
			if flag == 1 && taken[class] {
				return true
			}
		}
		return false
	}
	for first := 0; first < pixels; {
		last := first + 1
		for last < pixels && shown(last) == shown(first) {
			last++
		}
		if shown(first) {
			b.paste(i, first, j, first, last)
		}
		first = last
	}
}

// mark notes the class of the label at a place, an index into labels: what a single label says, or where there are several a
// pixel, which of them is 1.
func (b *MixBatch) mark(present *[256]bool, at int, label uint8) {
	switch {
	case int(label) == b.Ignore:
	case b.Planes == 1:
		present[label] = true
	case label == 1:
		present[at%b.Planes] = true
	}
}

// Mosaic sets four pictures of the batch about a point, the picture itself among them, each cut to its corner's size anywhere
// (Bochkovskiy et al., "YOLOv4", 2020; Albumentations: Mosaic). Nothing is scaled.
type Mosaic struct {
	MixWhen     `yaml:",inline"`
	CenterRange Range `yaml:"center_range"` // of the point, in parts of the sides
}

// Soft is false: a pixel has the label of the picture it shows.
func (m *Mosaic) Soft() bool { return false }

// Check says what is wrong with the settings.
func (m *Mosaic) Check() error {
	if c := m.CenterRange; !(c[0] >= 0 && c[1] <= 1) {
		return fmt.Errorf("center_range: must lie in [0, 1], not %v", c)
	}
	return m.MixWhen.Check()
}

// Mix draws the point, the pictures, which corner the picture itself has, and the windows.
func (m *Mosaic) Mix(rng *rand.Rand, b *MixBatch, i int) {
	cy, cx := roundInt(float64(b.H)*m.CenterRange.draw(rng)), roundInt(float64(b.W)*m.CenterRange.draw(rng))
	own := rng.IntN(4)
	for corner := range 4 {
		j := i
		if corner != own {
			j = b.other(rng, i)
		}
		y0, y1, x0, x1 := 0, cy, 0, cx
		if corner >= 2 {
			y0, y1 = cy, b.H
		}
		if corner%2 == 1 {
			x0, x1 = cx, b.W
		}
		top, left := even(rng, b.H-(y1-y0)), even(rng, b.W-(x1-x0))
		for row := y0; row < y1 && x0 < x1; row++ {
			first := (top+row-y0)*b.W + left
			b.paste(i, row*b.W+x0, j, first, first+x1-x0)
		}
	}
}

package refine

import (
	"math"
	"path/filepath"

	"tessera/segtrain/raster"
)

// Soft returns the soft label that training takes, cut off behind two classes: for each pixel that has a label the second most
// probable class, and how much of the probability of both the first has, in 255ths, at least half. What all other classes have is left
// out. A pixel without a label has PseudoIgnore and a share of 0.
func (l *PseudoLabel) Soft() (second, share *raster.Mask) {
	second, share = raster.NewMask(l.Mask.H, l.Mask.W), raster.NewMask(l.Mask.H, l.Mask.W)
	for i, class := range l.Mask.Pix {
		if class == PseudoIgnore {
			second.Pix[i] = PseudoIgnore
			continue
		}
		p := l.Mean.Pix[i*l.Mean.C:][:l.Mean.C]
		other, q := runnerUp(p, class)
		second.Pix[i], share.Pix[i] = other, shareOf(p[class], q)
	}
	return second, share
}

// runnerUp returns the first of the most probable classes but one, and its probability; that one where there is no other.
func runnerUp(p []float32, class uint8) (other uint8, q float32) {
	other = class
	for k, v := range p {
		if k != int(class) && (other == class || v > q) {
			other, q = uint8(k), v
		}
	}
	return other, q
}

// shareOf returns p's part of p and q, in 255ths.
func shareOf(p, q float32) uint8 {
	both := float64(p) + float64(q)
	if !(both > 0) {
		return 255
	}
	return uint8(math.Floor(float64(float64(p)/both*255) + 0.5))
}

// SoftFiles returns where a set in dir has the second label and the share of an image, where the labels are soft.
func SoftFiles(dir, id string) (second, share string) {
	name := filepath.FromSlash(id) + ".png"
	return filepath.Join(dir, "second", name), filepath.Join(dir, "share", name)
}

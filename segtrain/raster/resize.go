package raster

import (
	"fmt"
	"math"

	"tessera/kernels"
)

// ResizeFloat returns the picture at h×w, with half-pixel centres (align_corners=false), each axis on its own.
// An axis that grows is interpolated linearly. One that shrinks is averaged under a triangle as wide as two output
// pixels, so that nothing aliases; that is what PyTorch calls bilinear with antialias. At the border weights are
// renormalised. The sums run in a fixed order in float32: the bits are the same everywhere.
// It panics if a size is not positive.
func ResizeFloat(src *Float, h, w int) *Float {
	checkResize("ResizeFloat", src.H, src.W, h, w)
	wide := NewFloat(src.H, w, src.C)
	taps := triangle(src.W, w)
	for y := range src.H {
		resizeRow(wide.Pix[y*w*src.C:][:w*src.C], src.Pix[y*src.W*src.C:][:src.W*src.C], taps, src.C)
	}
	dst := NewFloat(h, w, src.C)
	n := w * src.C
	for y, t := range triangle(src.H, h) {
		row := dst.Pix[y*n:][:n]
		for k, weight := range t.weights {
			kernels.Axpy(weight, wide.Pix[(t.first+k)*n:][:n], row)
		}
	}
	return dst
}

func resizeRow(dst, src []float32, taps []tap, c int) {
	if c == 3 {
		resizeRow3(dst, src, taps)
		return
	}
	for x, t := range taps {
		p := dst[x*c:][:c]
		for k, weight := range t.weights {
			for i, v := range src[(t.first+k)*c:][:c] {
				p[i] = float32(weight*v) + p[i]
			}
		}
	}
}

// resizeRow3 is resizeRow for three channels, whose sums stay in registers.
func resizeRow3(dst, src []float32, taps []tap) {
	for x, t := range taps {
		var r, g, b float32
		from := src[3*t.first:][:3*len(t.weights)]
		for _, weight := range t.weights {
			r = float32(weight*from[0]) + r
			g = float32(weight*from[1]) + g
			b = float32(weight*from[2]) + b
			from = from[3:]
		}
		p := dst[3*x:][:3:3]
		p[0], p[1], p[2] = r, g, b
	}
}

// A tap is what one output position reads: weights, which sum to 1, from input position first on.
type tap struct {
	first   int
	weights []float32
}

// triangle returns the taps that take an axis from in to out positions. Products are assigned before they are added
// to, so that they are rounded and never fused.
func triangle(in, out int) []tap {
	scale := float64(in) / float64(out)
	radius := max(scale, 1)
	taps := make([]tap, out)
	slab := make([]float32, out*(int(2*radius)+2)) // of all weights
	weights := make([]float64, 0, int(2*radius)+2)
	for i := range taps {
		center := float64((float64(i) + 0.5) * scale)
		lo := max(0, int(math.Floor(center-radius)))
		hi := min(in, int(math.Ceil(center+radius)))
		weights = weights[:0]
		var sum float64
		for j := lo; j < hi; j++ {
			weight := 1 - math.Abs(float64(j)+0.5-center)/radius
			if weight <= 0 && len(weights) == 0 {
				lo++
				continue
			}
			if weight <= 0 {
				break
			}
			weights = append(weights, weight)
			sum += weight
		}
		taps[i] = tap{lo, slab[:len(weights):len(weights)]}
		slab = slab[len(weights):]
		for k, weight := range weights {
			taps[i].weights[k] = float32(weight / sum)
		}
	}
	return taps
}

// ResizeMask returns the mask at h×w, each pixel the class of the nearest one, with half-pixel centres.
// It panics if a size is not positive.
func ResizeMask(src *Mask, h, w int) *Mask {
	checkResize("ResizeMask", src.H, src.W, h, w)
	from := make([]int, w)
	for x := range from {
		from[x] = nearest(x, src.W, w)
	}
	dst := NewMask(h, w)
	for y := range h {
		row := src.Pix[nearest(y, src.H, h)*src.W:][:src.W]
		for x, f := range from {
			dst.Pix[y*w+x] = row[f]
		}
	}
	return dst
}

// nearest is floor((i + 1/2)·in/out), exactly.
func nearest(i, in, out int) int { return (2*i + 1) * in / (2 * out) }

func checkResize(op string, h, w, oh, ow int) {
	if h < 1 || w < 1 || oh < 1 || ow < 1 {
		panic(fmt.Sprintf("raster: %s: cannot go from %d×%d to %d×%d", op, h, w, oh, ow))
	}
}

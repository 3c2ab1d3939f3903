package ref

import (
	"math"

	"tessera/kernels"
)

// A Conv is the geometry of a convolution, as kernels.Conv has it.
type Conv struct {
	N, IC, OC, Groups int
	kernels.Window
}

// each calls visit for every product of the convolution: indices into x, w (HWIO, I within the group) and y.
func (c Conv) each(visit func(x, w, y int)) {
	oh, ow := c.OH(), c.OW()
	icg, ocg := c.IC/c.Groups, c.OC/c.Groups
	for y := range c.N * oh * ow * c.OC {
		n, oy, ox, oc := y/(oh*ow*c.OC), y/(ow*c.OC)%oh, y/c.OC%ow, y%c.OC
		for tap := range c.KH * c.KW * icg {
			ky, kx, i := tap/(c.KW*icg), tap/icg%c.KW, tap%icg
			iy, ix := oy*c.SH-c.PT+ky*c.DH, ox*c.SW-c.PL+kx*c.DW
			if iy < 0 || iy >= c.IH || ix < 0 || ix >= c.IW {
				continue
			}
			visit(((n*c.IH+iy)*c.IW+ix)*c.IC+oc/ocg*icg+i, tap*c.OC+oc, y)
		}
	}
}

// Forward returns y and the sums of the absolute values of its terms.
func (c Conv) Forward(x, w []float32) (y, scale []float64) {
	n := c.N * c.OH() * c.OW() * c.OC
	return c.sum(n, func(add func(i int, v float64)) {
		c.each(func(xi, wi, yi int) { add(yi, float64(x[xi])*float64(w[wi])) })
	})
}

// GradInput returns dx and its scale.
func (c Conv) GradInput(dy, w []float32) (dx, scale []float64) {
	return c.sum(c.N*c.IH*c.IW*c.IC, func(add func(i int, v float64)) {
		c.each(func(xi, wi, yi int) { add(xi, float64(dy[yi])*float64(w[wi])) })
	})
}

// GradWeight returns dw and its scale.
func (c Conv) GradWeight(x, dy []float32) (dw, scale []float64) {
	return c.sum(c.KH*c.KW*c.IC/c.Groups*c.OC, func(add func(i int, v float64)) {
		c.each(func(xi, wi, yi int) { add(wi, float64(x[xi])*float64(dy[yi])) })
	})
}

func (c Conv) sum(n int, terms func(add func(i int, v float64))) (sum, scale []float64) {
	sum, scale = make([]float64, n), make([]float64, n)
	terms(func(i int, v float64) {
		sum[i] += v
		scale[i] += math.Abs(v)
	})
	return sum, scale
}

package kernels

import "math"

// The kernels of this file see an image as a matrix rows×c, contiguous, and sum along its rows: over the channels of a
// pixel. Lane l of 16 sums the elements l, l+16, … in order. Then lane l adds lane l+8, for the first eight, l+4 for the
// first four, l+2, l+1.

// rowLanes is the number of partial sums of a row.
const rowLanes = 16

type rowSum [rowLanes]float32

// total adds the lanes.
func (s *rowSum) total() float32 {
	for half := rowLanes / 2; half > 0; half /= 2 {
		for l := range half {
			s[l] += s[l+half]
		}
	}
	return s[0]
}

// RowScale scales every row of x [rows, c] by its factor s [rows]; with accumulate it adds that to y. y may be x,
// except when accumulating.
//
//	y[i][j] = x[i][j] * s[i]
func RowScale(rows, c int, accumulate bool, x, s, y []float32) {
	x, s, y = x[:rows*c], s[:rows], y[:rows*c]
	scale := elemScale.fn
	if accumulate {
		scale = elemAxpy.fn
	}
	for i, factor := range s {
		scale(factor, x[i*c:][:c], y[i*c:][:c])
	}
}

// RowDot sums the products of the rows of x and y [rows, c] to s [rows]; with accumulate it adds them to s.
//
//	s[i] = Σ_j x[i][j]*y[i][j]
func RowDot(rows, c int, accumulate bool, x, y, s []float32) {
	x, y, s = x[:rows*c], y[:rows*c], s[:rows]
	for i := range s {
		var sum rowSum
		y := y[i*c:][:c]
		for j, v := range x[i*c:][:c] {
			sum[j%rowLanes] += float32(v * y[j])
		}
		s[i] = actPrior(accumulate, s[i]) + sum.total()
	}
}

// LayerNorm normalises every row of x [rows, c], scales it by gamma and shifts it by beta [c], and leaves mean and
// 1/σ of the rows in mean and istd [rows]: σ² is the mean square about the mean, plus eps. y may be x.
//
//	y[i][j] = (x[i][j] - mean[i])*istd[i]*gamma[j] + beta[j]
func LayerNorm(rows, c int, eps float64, x, gamma, beta, mean, istd, y []float32) {
	x, y, mean, istd = x[:rows*c], y[:rows*c], mean[:rows], istd[:rows]
	gamma, beta = gamma[:c], beta[:c]
	for i := range mean {
		x, y := x[i*c:][:c], y[i*c:][:c]
		var sum, squares rowSum
		for j, v := range x {
			sum[j%rowLanes] += v
		}
		m := sum.total() / float32(c)
		for j, v := range x {
			d := v - m
			squares[j%rowLanes] += float32(d * d)
		}
		s := float32(1 / math.Sqrt(float64(squares.total()/float32(c))+eps))
		mean[i], istd[i] = m, s
		for j, v := range x {
			y[j] = float32(float32((v-m)*s)*gamma[j]) + beta[j]
		}
	}
}

// LayerNormGrad computes the gradient of the input of LayerNorm, or adds it to dx if accumulate is set, and adds those
// of gamma and beta to dgamma and dbeta [c]. With z = (x - mean)·istd and g = dy·gamma:
//
//	dx[i][j] = istd[i]*(g[j] - Σg/c - z[j]*Σ(g·z)/c);  dgamma[j] += dy[i][j]*z[j];  dbeta[j] += dy[i][j]
//
// dx may be nil for none.
func LayerNormGrad(rows, c int, accumulate bool, x, dy, gamma, mean, istd, dgamma, dbeta, dx []float32) {
	x, dy, mean, istd = x[:rows*c], dy[:rows*c], mean[:rows], istd[:rows]
	gamma, dgamma, dbeta = gamma[:c], dgamma[:c], dbeta[:c]
	if dx != nil {
		dx = dx[:rows*c]
	}
	for i, m := range mean {
		x, dy, s := x[i*c:][:c], dy[i*c:][:c], istd[i]
		var sum, dot rowSum
		for j, d := range dy {
			z, g := float32((x[j]-m)*s), float32(d*gamma[j])
			dgamma[j] += float32(d * z)
			dbeta[j] += d
			sum[j%rowLanes] += g
			dot[j%rowLanes] += float32(g * z)
		}
		if dx == nil {
			continue
		}
		a, b := sum.total()/float32(c), dot.total()/float32(c)
		dx := dx[i*c:][:c]
		for j, d := range dy {
			z, g := float32((x[j]-m)*s), float32(d*gamma[j])
			dx[j] = actPrior(accumulate, dx[j]) + float32(s*(g-a-float32(z*b)))
		}
	}
}

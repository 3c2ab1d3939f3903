package kernels

import "math"

// The kernels of layer normalisation see an image as a matrix rows×c: a row is a pixel, and is normalised by itself. A
// sum over a row runs from channel 0 up in float64.

// LayerNorm normalises each row of x [rows, c] and scales and shifts by gamma and beta [c] (Ba, Kiros and Hinton,
// arXiv:1607.06450). It writes the rows' means and 1/σ, σ² being the biased variance + eps, for the gradient. y may be x.
//
//	y[i][j] = (x[i][j] - mean[i])·istd[i]·gamma[j] + beta[j]
func LayerNorm(rows, c int, eps float64, x, gamma, beta, y, mean, istd []float32) {
	gamma, beta, mean, istd = gamma[:c], beta[:c], mean[:rows], istd[:rows]
	for i := range rows {
		row, out := x[i*c:][:c], y[i*c:][:c]
		sum := 0.0
		for _, v := range row {
			sum += float64(v)
		}
		m, squares := sum/float64(c), 0.0
		for _, v := range row {
			d := float64(v) - m
			squares += float64(d * d)
		}
		mean[i], istd[i] = float32(m), float32(1/math.Sqrt(squares/float64(c)+eps))
		for j, v := range row {
			out[j] = float32(float32((v-mean[i])*istd[i])*gamma[j]) + beta[j]
		}
	}
}

// LayerNormGrad computes the gradient of the input of LayerNorm, or adds it to dx [rows, c]. With x̂ = (x-mean)·istd and
// g = dy·gamma
//
//	dx = istd·(g - mean of g over the row - x̂·mean of g·x̂)
//
// dx may be dy, except when accumulating.
func LayerNormGrad(rows, c int, accumulate bool, x, dy, gamma, mean, istd, dx []float32) {
	gamma, mean, istd = gamma[:c], mean[:rows], istd[:rows]
	for i := range rows {
		row, dy, dx := x[i*c:][:c], dy[i*c:][:c], dx[i*c:][:c]
		sum, dot := 0.0, 0.0
		for j, v := range row {
			g := float64(float32(dy[j] * gamma[j]))
			sum += g
			dot += float64(g * float64(float32((v-mean[i])*istd[i])))
		}
		m, d := float32(sum/float64(c)), float32(dot/float64(c))
		for j, v := range row {
			normed := float32((v - mean[i]) * istd[i])
			g := float32(dy[j]*gamma[j]) - m - float32(normed*d)
			dx[j] = actPrior(accumulate, dx[j]) + float32(istd[i]*g)
		}
	}
}

// LayerNormGradSums adds what the gradients of beta and gamma are sums of to s1 and s2 [c], row after row:
//
//	s1[j] += dy[i][j];  s2[j] += dy[i][j]·(x[i][j] - mean[i])·istd[i]
func LayerNormGradSums(rows, c int, x, dy, mean, istd, s1, s2 []float32) {
	mean, istd, s1, s2 = mean[:rows], istd[:rows], s1[:c], s2[:c]
	for i := range rows {
		row, dy := x[i*c:][:c], dy[i*c:][:c]
		for j, v := range row {
			s1[j] += dy[j]
			s2[j] += float32(dy[j] * float32((v-mean[i])*istd[i]))
		}
	}
}

package ref

import "math"

// LayerNorm returns (x - mean)/√(variance + eps)·gamma + beta, mean and variance being those of each row of c numbers.
func LayerNorm(c int, eps float64, x, gamma, beta []float32) []float64 {
	y := make([]float64, len(x))
	for at := 0; at < len(x); at += c {
		mean, variance := 0.0, 0.0
		for _, v := range x[at:][:c] {
			mean += float64(v) / float64(c)
		}
		for _, v := range x[at:][:c] {
			variance += (float64(v) - mean) * (float64(v) - mean) / float64(c)
		}
		for j, v := range x[at:][:c] {
			y[at+j] = (float64(v)-mean)/math.Sqrt(variance+eps)*float64(gamma[j]) + float64(beta[j])
		}
	}
	return y
}

package ref

import "math"

// Softmax returns e^x over its sum for each row of c.
func Softmax(c int, x []float32) []float64 {
	y := LogSoftmax(c, x)
	for i, v := range y {
		y[i] = math.Exp(v)
	}
	return y
}

// LogSoftmax returns the logarithm of Softmax.
func LogSoftmax(c int, x []float32) []float64 {
	y := make([]float64, len(x))
	for r := 0; r < len(x); r += c {
		most, sum := math.Inf(-1), 0.0
		for _, v := range x[r:][:c] {
			most = max(most, float64(v))
		}
		for _, v := range x[r:][:c] {
			sum += math.Exp(float64(v) - most)
		}
		for j, v := range x[r:][:c] {
			y[r+j] = float64(v) - most - math.Log(sum)
		}
	}
	return y
}

// SoftmaxGrad returns the gradient of x from y = softmax(x) and dy, by the Jacobian y[j]·(δ(j,k) - y[k]).
func SoftmaxGrad(c int, y, dy []float32) []float64 {
	return rowGrad(y, c, func(y, dy []float32, j, k int) float64 {
		return float64(dy[k]) * float64(y[k]) * (delta(j, k) - float64(y[j]))
	}, dy)
}

// LogSoftmaxGrad returns the gradient of x from y = ln softmax(x) and dy, by the Jacobian δ(j,k) - e^y[j].
func LogSoftmaxGrad(c int, y, dy []float32) []float64 {
	return rowGrad(y, c, func(y, dy []float32, j, k int) float64 {
		return float64(dy[k]) * (delta(j, k) - math.Exp(float64(y[j])))
	}, dy)
}

func rowGrad(y []float32, c int, term func(y, dy []float32, j, k int) float64, dy []float32) []float64 {
	dx := make([]float64, len(y))
	for i := range dx {
		r, j := i/c*c, i%c
		for k := range c {
			dx[i] += term(y[r:][:c], dy[r:][:c], j, k)
		}
	}
	return dx
}

func delta(j, k int) float64 {
	if j == k {
		return 1
	}
	return 0
}

// CrossEntropy returns the sums over rows of -Σ q·ln softmax(x) and of the target's weight, and the gradient of the first
// times scale, with q = weight·smoothing/c and weight·(1-smoothing) more for the target.
func CrossEntropy(c, ignore int, smoothing float64, weight, x []float32, target []uint8, scale float64,
) (loss, count float64, dx []float64) {
	dx = make([]float64, len(x))
	ln := LogSoftmax(c, x)
	of := func(class int) float64 {
		if weight == nil {
			return 1
		}
		return float64(weight[class])
	}
	for r, t := range target {
		if int(t) == ignore {
			continue
		}
		count += of(int(t))
		all := 0.0
		for j := range c {
			q := of(j)*smoothing/float64(c) + of(j)*(1-smoothing)*delta(j, int(t))
			loss -= q * ln[r*c+j]
			dx[r*c+j] = -scale * q
			all += q
		}
		for j := range c {
			dx[r*c+j] += scale * all * math.Exp(ln[r*c+j])
		}
	}
	return loss, count, dx
}

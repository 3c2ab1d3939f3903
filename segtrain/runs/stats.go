package runs

import (
	"math"
)

// meanOf returns the mean of x, and the standard deviation of the values (n−1), NaN for one.
func meanOf(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	if len(x) < 2 {
		return mean, math.NaN()
	}
	sum := 0.0
	for _, v := range x {
		sum += float64((v - mean) * (v - mean))
	}
	return mean, math.Sqrt(sum / float64(len(x)-1))
}

// tTail returns the two-sided probability of |T| ≥ t under Student's distribution with df degrees of freedom: the regularized
// incomplete beta function I(df/(df+t²); df/2, 1/2) (Abramowitz and Stegun, 26.7.1).
func tTail(t, df float64) float64 {
	if math.IsInf(t, 0) {
		return 0
	}
	return betaI(df/(df+float64(t*t)), df/2, 0.5)
}

// tQuantile returns t with tTail(t, df) = p, by bisection.
func tQuantile(p, df float64) float64 {
	lo, hi := 0.0, 1.0
	for tTail(hi, df) > p {
		hi *= 2
	}
	for range 100 {
		if mid := (lo + hi) / 2; tTail(mid, df) > p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return (lo + hi) / 2
}

// betaI is the regularized incomplete beta function, by its continued fraction (Abramowitz and Stegun, 26.5.8), evaluated from the
// first term on after Lentz.
func betaI(x, a, b float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	if x > (a+1)/(a+b+2) {
		return 1 - betaI(1-x, b, a)
	}
	gamma := func(v float64) float64 { g, _ := math.Lgamma(v); return g }
	front := math.Exp(gamma(a+b) - gamma(a) - gamma(b) + float64(a*math.Log(x)) + float64(b*math.Log1p(-x)))
	const tiny = 1e-300
	c, d := 1.0, 1/max(1-(a+b)*x/(a+1), tiny)
	f := d
	for i := 1; i < 1000; i++ {
		m := float64(i)
		for _, k := range []float64{
			m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m)),
			-(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1)),
		} {
			d = 1 + float64(k*d)
			if c = 1 + k/c; math.Abs(c) < tiny {
				c = tiny
			}
			if math.Abs(d) < tiny {
				d = tiny
			}
			d = 1 / d
			f *= c * d
		}
		if math.Abs(float64(c*d)-1) < 1e-15 {
			break
		}
	}
	return front * f / a
}

// maxFlips is how many differences signFlip tries in all ways: a million.
const maxFlips = 20

// signFlip returns the two-sided p of a permutation test: the part of all choices of signs under which the mean of the differences
// is at least as far from zero (Fisher 1935). NaN for more than maxFlips differences.
func signFlip(d []float64) float64 {
	if len(d) > maxFlips {
		return math.NaN()
	}
	seen := 0.0
	for _, x := range d {
		seen += x
	}
	seen = math.Abs(seen) * (1 - 1e-12) // sums of the same numbers in another order
	count := 0
	for signs := range 1 << len(d) {
		sum := 0.0
		for i, x := range d {
			if signs>>i&1 == 1 {
				x = -x
			}
			sum += x
		}
		if math.Abs(sum) >= seen {
			count++
		}
	}
	return float64(count) / float64(int(1)<<len(d))
}

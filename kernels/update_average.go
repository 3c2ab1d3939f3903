package kernels

var (
	updateLerp  = newFamily("updateLerp", updateLerpGeneric)
	updateClamp = newFamily("updateClamp", updateClampGeneric)
)

// Lerp moves y toward x by a part of the way, which is how averages of weights are kept: y[i] = y[i] + a·(x[i]-y[i]),
// every operation rounded.
func Lerp(a float32, x, y []float32) { updateLerp.fn(a, x, y[:len(x)]) }

// Clamp limits x to [-limit, limit]; NaN stays.
func Clamp(limit float32, x []float32) { updateClamp.fn(limit, x) }

// ChannelDots adds the products x[i]·y[i] of each channel to sums, one a channel, in float64 in the order of i. The
// channel of i is i/inner mod len(sums): with inner 1 it is the innermost dimension.
func ChannelDots(inner int, x, y []float32, sums []float64) {
	y = y[:len(x)]
	for at, c := 0, 0; at < len(x); at += inner {
		for i := at; i < at+inner; i++ {
			sums[c] += float64(float64(x[i]) * float64(y[i]))
		}
		if c++; c == len(sums) {
			c = 0
		}
	}
}

// Project updates parameters by a direction d whose part along a channel of p is taken out first:
//
//	p[i] = keep·p[i] - (d[i] - along[c]·p[i]), c the channel of i as in ChannelDots
func Project(inner int, keep float32, along []float32, d, p []float32) {
	d = d[:len(p)]
	for at, c := 0, 0; at < len(p); at += inner {
		for i := at; i < at+inner; i++ {
			p[i] = float32(keep*p[i]) - (d[i] - float32(along[c]*p[i]))
		}
		if c++; c == len(along) {
			c = 0
		}
	}
}

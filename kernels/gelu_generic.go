package kernels

// geluP are the coefficients of p/2 from the lowest.
var geluP = [9]float32{
	0.11283792555332184, 0.11283572763204575, 0.1038995161652565, 0.08445853739976883, 0.06993862986564636,
	-0.001073620398528874, 0.08242407441139221, -0.0901070162653923, 0.024786271154880524,
}

// geluNormal returns Φ(x) and e^(-x²/2).
func geluNormal(x float32) (cumulated, bell float32) {
	const scaled = 0.4 * 0.70710678 // of |x|
	z := x
	if x < 0 {
		z = -x
	}
	if z > 20 { // where the exponential is at its bound
		z = 20
	}
	t := 1 / (1 + float32(z*scaled))
	p := geluP[8]
	for i := 7; i >= 0; i-- {
		p = float32(p*t) + geluP[i]
	}
	bell = actExpOf(float32(x*x) * -0.5)
	cumulated = float32(bell * float32(t*p))
	if x > 0 {
		cumulated = 1 - cumulated
	}
	return cumulated, bell
}

func geluMapGeneric(x, y []float32) {
	for i, v := range x {
		c, _ := geluNormal(v)
		y[i] = v * c
	}
}

func geluGradGeneric(accumulate bool, x, dy, dx []float32) {
	const density = 0.3989422804 // 1/√(2π)
	for i, v := range x {
		c, bell := geluNormal(v)
		slope := c + float32(v*float32(bell*density))
		dx[i] = actPrior(accumulate, dx[i]) + float32(dy[i]*slope)
	}
}

//go:build !purego

package kernels

func init() {
	projectPoints.register(AVX512, projectPointsBy8)
	placesOf.register(AVX512, placesOfBy8)
}

func projectPointsBy8(m *[9]float64, x, y []float64) {
	n := len(x) &^ 7
	if n > 0 {
		projectPointsAVX512(n, m, &x[0], &y[0])
	}
	projectPointsGeneric(m, x[n:], y[n:])
}

// placesNumbers are what the assembly needs: bounds, the factor, and what is added.
var placesNumbers = [4]float64{-farPlace, farPlace, 256, 1<<31 - 128 + 0.5}

func placesOfBy8(x []float64, p []int32) {
	n := len(x) &^ 7
	if n > 0 {
		placesOfAVX512(n, &placesNumbers, &x[0], &p[0])
	}
	placesOfGeneric(x[n:], p[n:])
}

//go:noescape
func projectPointsAVX512(n int, m *[9]float64, x, y *float64)

//go:noescape
func placesOfAVX512(n int, numbers *[4]float64, x *float64, p *int32)

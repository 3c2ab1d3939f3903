package kernels

// Kernels on positions in the plane, in float64.

var (
	projectPoints = newFamily("projectPoints", projectPointsGeneric)
	placesOf      = newFamily("placesOf", placesOfGeneric)
)

// ProjectPoints takes the points (x[i], y[i]) along a projective map, the matrix m row by row on (x, y, 1). With s one over
// (m[6]·x + m[7]·y) + m[8], x becomes ((m[0]·x + m[1]·y) + m[2])·s and y ((m[3]·x + m[4]·y) + m[5])·s, rounded after each operation.
func ProjectPoints(m *[9]float64, x, y []float64) { projectPoints.fn(m, x, y[:len(x)]) }

// farPlace is where PlacesOf puts what is farther, and what is not a number.
const farPlace = 1 << 22

// PlacesOf computes p[i] = 256·(x[i] − ½) rounded, halves up: places of ByteLook3 for positions from the edge of the first pixel.
// Positions beyond ±2²² become ±2³⁰, and NaN −2³⁰.
func PlacesOf(x []float64, p []int32) { placesOf.fn(x, p[:len(x)]) }

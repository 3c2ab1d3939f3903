package augment

// Affine is a map of the plane, from output positions to input positions:
//
//	x' = XX·x + XY·y + X0
//	y' = YX·x + YY·y + Y0
//
// Positions are continuous: the pixel in row r and column c covers [r, r+1) × [c, c+1) and has its centre at
// (r+½, c+½). So resizing is a pure scale, and a flip is x' = w − x.
type Affine struct{ XX, XY, X0, YX, YY, Y0 float64 }

// Scaling returns the map x' = sx·x, y' = sy·y.
func Scaling(sx, sy float64) Affine { return Affine{XX: sx, YY: sy} }

// Translation returns the map x' = x + dx, y' = y + dy.
func Translation(dx, dy float64) Affine { return Affine{XX: 1, YY: 1, X0: dx, Y0: dy} }

// At returns the input position shown at the output position (x, y).
func (a Affine) At(x, y float64) (float64, float64) {
	return float64(a.XX*x) + float64(a.XY*y) + a.X0, float64(a.YX*x) + float64(a.YY*y) + a.Y0
}

// Mul returns the map that applies b first and a second: the matrix product a·b. When op 1 is followed by op
// 2, the matrix of both is op1.Matrix().Mul(op2.Matrix()), for matrices lead from output to input.
func (a Affine) Mul(b Affine) Affine {
	x0, y0 := a.At(b.X0, b.Y0)
	return Affine{
		XX: float64(a.XX*b.XX) + float64(a.XY*b.YX), XY: float64(a.XX*b.XY) + float64(a.XY*b.YY), X0: x0,
		YX: float64(a.YX*b.XX) + float64(a.YY*b.YX), YY: float64(a.YX*b.XY) + float64(a.YY*b.YY), Y0: y0,
	}
}

// Inverse returns the map back. It panics when a flattens the plane.
func (a Affine) Inverse() Affine {
	det := float64(a.XX*a.YY) - float64(a.XY*a.YX)
	if det == 0 {
		panic("augment: inverse of a singular matrix")
	}
	inv := Affine{XX: a.YY / det, XY: -a.XY / det, YX: -a.YX / det, YY: a.XX / det}
	x, y := inv.At(a.X0, a.Y0)
	inv.X0, inv.Y0 = -x, -y
	return inv
}

package augment

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"tessera/kernels"
)

func init() {
	register("Perspective", Perspective{Scale: FromZero{0.05, 0.1}, KeepSize: true,
		Outside: Outside{BorderMode: "constant"}, P: 0.5})
}

// Perspective shows the picture as seen from elsewhere: each corner of a quadrilateral lies inside the picture's corner by
// |N(0, scale)| of its sides, and the quadrilateral fills the output (Albumentations: Perspective, whose keep_size enlarges
// a second time by the quadrilateral's sides, which is not what its text says).
type Perspective struct {
	Scale     FromZero `yaml:"scale"`
	KeepSize  bool     `yaml:"keep_size"`  // otherwise the output is as large as the quadrilateral
	FitOutput bool     `yaml:"fit_output"` // show all of the picture instead
	Outside   `yaml:",inline"`
	P         float64 `yaml:"p"`
}

// Chance returns P.
func (t Perspective) Chance() float64 { return t.P }

// Draw tosses a coin, then draws the corners.
func (t Perspective) Draw(rng *rand.Rand, h, w int) Op { return maybe(t, rng, h, w) }

// Always draws the corners.
func (t Perspective) Always(rng *rand.Rand, h, w int) Op {
	scale := drawReal(rng, t.Scale)
	fh, fw := float64(h), float64(w)
	var q quad
	for i, corner := range unitSquare {
		for axis, side := range [2]float64{fw, fh} {
			inset := math.Abs(float64(normal(rng) * scale))
			inset -= float64(math.Floor(inset/0.32) * 0.32) // as upstream, so that corners stay apart
			q[i][axis] = float64(math.Abs(corner[axis]-inset) * side)
		}
	}
	return t.show(q, h, w)
}

// show returns the op for drawn corners.
func (t Perspective) show(q quad, h, w int) Op {
	f := frame{h, w, h, w}
	if !t.KeepSize {
		f.outW = max(1, int(max(distance(q[0], q[1]), distance(q[3], q[2]))))
		f.outH = max(1, int(max(distance(q[0], q[3]), distance(q[1], q[2]))))
	}
	unit := Scaling(1/float64(f.outW), 1/float64(f.outH))
	if t.FitOutput {
		unit = t.fit(q, &f)
	}
	return field{f, []step{q.fromUnit().mul(unit.homography())}, t.border()}
}

// fit returns the map to the unit square that shows all of the picture, scaled to its size with KeepSize.
func (t Perspective) fit(q quad, f *frame) Affine {
	back := q.fromUnit().inverse()
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, c := range unitSquare {
		x, y := back.at(float64(c[0]*float64(f.inW)), float64(c[1]*float64(f.inH)))
		x0, x1, y0, y1 = min(x0, x), max(x1, x), min(y0, y), max(y1, y)
	}
	if !t.KeepSize {
		f.outW = max(1, int(math.Ceil(float64(f.outW)*(x1-x0))))
		f.outH = max(1, int(math.Ceil(float64(f.outH)*(y1-y0))))
	}
	return Translation(x0, y0).Mul(Scaling((x1-x0)/float64(f.outW), (y1-y0)/float64(f.outH)))
}

// Validate checks the scale.
func (t Perspective) Validate() error {
	if !(t.Scale[0] >= 0 && t.Scale[1] <= 0.3) {
		return fmt.Errorf("scale: must lie in [0, 0.3], not %v", t.Scale)
	}
	return errors.Join(t.check(), checkChance(t.P))
}

func (t Perspective) bind(channels, ignore int) (_ Transform, err error) {
	t.Outside, err = t.bound("Perspective", channels, ignore)
	return t, err
}

// normal returns a number of mean 0 and deviation 1 that is nearly normal: a sum of twelve even ones, which is the same
// on every processor.
func normal(rng *rand.Rand) float64 {
	sum := -6.0
	for range 12 {
		sum += float64(rng.Float64())
	}
	return sum
}

// A quad is four corners (x, y): top left, top right, bottom right, bottom left.
type quad [4][2]float64

var unitSquare = quad{{0, 0}, {1, 0}, {1, 1}, {0, 1}}

func distance(a, b [2]float64) float64 {
	dx, dy := a[0]-b[0], a[1]-b[1]
	return math.Sqrt(float64(dx*dx) + float64(dy*dy))
}

// A homography is a projective map of the plane: the matrix, row by row, on (x, y, 1).
type homography [9]float64

// fromUnit returns the map of the unit square to the quadrilateral (Heckbert: "Fundamentals of Texture Mapping and Image
// Warping", 1989, 2.2.3).
func (q quad) fromUnit() homography {
	dx1, dy1 := q[1][0]-q[2][0], q[1][1]-q[2][1]
	dx2, dy2 := q[3][0]-q[2][0], q[3][1]-q[2][1]
	sx, sy := q[0][0]-q[1][0]+q[2][0]-q[3][0], q[0][1]-q[1][1]+q[2][1]-q[3][1]
	det := float64(dx1*dy2) - float64(dx2*dy1)
	g := (float64(sx*dy2) - float64(dx2*sy)) / det
	i := (float64(dx1*sy) - float64(sx*dy1)) / det
	return homography{
		q[1][0] - q[0][0] + float64(g*q[1][0]), q[3][0] - q[0][0] + float64(i*q[3][0]), q[0][0],
		q[1][1] - q[0][1] + float64(g*q[1][1]), q[3][1] - q[0][1] + float64(i*q[3][1]), q[0][1],
		g, i, 1,
	}
}

// inverse returns the map back, up to a factor, which means nothing.
func (m homography) inverse() homography {
	minor := func(a, b, c, d int) float64 { return float64(m[a]*m[d]) - float64(m[b]*m[c]) }
	return homography{
		minor(4, 5, 7, 8), minor(2, 1, 8, 7), minor(1, 2, 4, 5),
		minor(5, 3, 8, 6), minor(0, 2, 6, 8), minor(2, 0, 5, 3),
		minor(3, 4, 6, 7), minor(1, 0, 7, 6), minor(0, 1, 3, 4),
	}
}

func (m homography) at(x, y float64) (float64, float64) {
	over := 1 / (float64(m[6]*x) + float64(m[7]*y) + m[8])
	return (float64(m[0]*x) + float64(m[1]*y) + m[2]) * over, (float64(m[3]*x) + float64(m[4]*y) + m[5]) * over
}

// mul returns the map that applies b first and m second.
func (m homography) mul(b homography) (out homography) {
	for i := range 3 {
		for j := range 3 {
			out[3*i+j] = float64(m[3*i]*b[j]) + float64(m[3*i+1]*b[3+j]) + float64(m[3*i+2]*b[6+j])
		}
	}
	return out
}

func (a Affine) homography() homography {
	return homography{a.XX, a.XY, a.X0, a.YX, a.YY, a.Y0, 0, 0, 1}
}

func (m homography) move(xs, ys []float64) { kernels.ProjectPoints((*[9]float64)(&m), xs, ys) }

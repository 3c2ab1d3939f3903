package post

import (
	"errors"
	"fmt"
	"math"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

// CRF makes pixels agree with others that are near, and more so with others of a like colour: a fully connected conditional
// random field with Potts labels, solved by a number of mean-field steps. A pixel's own probability is among those that it is
// compared with, as in the authors' program. Where the task has flags each class is a field of two labels.
//
// The two kernels are filters on permutohedral lattices, an approximation of Gaussians; the messages of each are divided by the
// roots of the kernel's sums at both pixels.
//
// Source: Krähenbühl and Koltun, "Efficient Inference in Fully Connected CRFs with Gaussian Edge Potentials", 2011; names and
// defaults of the example of pydensecrf.
type CRF struct {
	Iterations      int     `yaml:"iterations"`
	GaussianSxy     float64 `yaml:"gaussian_sxy"`    // standard deviation, in pixels
	GaussianCompat  float64 `yaml:"gaussian_compat"` // weight; 0: off
	BilateralSxy    float64 `yaml:"bilateral_sxy"`
	BilateralSrgb   float64 `yaml:"bilateral_srgb"` // in levels of 0 to 255
	BilateralCompat float64 `yaml:"bilateral_compat"`
}

func usualCRF() *CRF { return &CRF{5, 3, 3, 80, 13, 10} }

// Check says what is wrong with the settings.
func (s *CRF) Check() error {
	var errs []error
	if s.Iterations < 1 || s.Iterations > 100 {
		errs = append(errs, fmt.Errorf("iterations: %d is out of range; allowed: 1 to 100", s.Iterations))
	}
	for _, x := range []struct {
		name     string
		v, least float64
	}{
		{"gaussian_sxy", s.GaussianSxy, 0.1}, {"gaussian_compat", s.GaussianCompat, 0}, {"bilateral_sxy", s.BilateralSxy, 0.1},
		{"bilateral_srgb", s.BilateralSrgb, 0.1}, {"bilateral_compat", s.BilateralCompat, 0},
	} {
		if !(x.v >= x.least && x.v <= 1e4) {
			errs = append(errs, fmt.Errorf("%s: %v is out of range; allowed: %v to 10000", x.name, x.v, x.least))
		}
	}
	return errors.Join(errs...)
}

func (s *CRF) rank() int { return probabilities }

func (s *CRF) bind(Of) (operation, error) { return &field{*s}, nil }

type field struct{ CRF }

func (f *field) apply(p *picture) error {
	im, err := p.image()
	if err != nil {
		return err
	}
	if im.H != p.h || im.W != p.w {
		return fmt.Errorf("crf: probabilities of %d×%d pixels for a picture of %d×%d", p.h, p.w, im.H, im.W)
	}
	messages := f.messages(im)
	if p.planes == nil {
		p.p = f.solve(p.p, p.c, messages)
		p.choose()
		return nil
	}
	out := make([]float32, len(p.p))
	two := make([]float32, 2*p.h*p.w)
	for k := range p.c {
		for i := range p.h * p.w {
			v := p.p[i*p.c+k]
			two[2*i], two[2*i+1] = 1-v, v
		}
		for i, v := range f.solve(two, 2, messages) {
			if i%2 == 1 {
				out[i/2*p.c+k] = v
			}
		}
	}
	p.p = out
	p.choose()
	return nil
}

// A filter adds values of all pixels, c each, weighted by a kernel.
type filter interface {
	filter(from, to []float32, c int)
}

// A message is a kernel with its weight and, for each pixel, what it is divided by there.
type message struct {
	filter
	weight float32
	scale  []float32
}

func newMessage(f filter, pixels int, weight float64) message {
	m := message{f, float32(weight), ones(pixels)}
	f.filter(m.scale, m.scale, 1)
	for i, sum := range m.scale {
		m.scale[i] = 1 / float32(math.Sqrt(float64(max(sum, 1e-20))))
	}
	return m
}

// messages returns the kernels that have a weight.
func (f *field) messages(im *raster.Image) (list []message) {
	n := im.H * im.W
	if f.GaussianCompat > 0 {
		list = append(list, newMessage(newLattice(f.near(im), 2), n, f.GaussianCompat))
	}
	if f.BilateralCompat > 0 {
		list = append(list, newMessage(newLattice(f.alike(im), maxFeatures), n, f.BilateralCompat))
	}
	return list
}

// near returns the features of the Gaussian kernel: x and y of each pixel.
func (f *field) near(im *raster.Image) []float32 {
	points := make([]float32, 0, 2*im.H*im.W)
	for y := range im.H {
		for x := range im.W {
			points = append(points, float32(x)/float32(f.GaussianSxy), float32(y)/float32(f.GaussianSxy))
		}
	}
	return points
}

// alike returns the features of the bilateral kernel: x, y and the colour of each pixel.
func (f *field) alike(im *raster.Image) []float32 {
	rgb := im.RGB8()
	points := make([]float32, 0, maxFeatures*im.H*im.W)
	for y := range im.H {
		for x := range im.W {
			points = append(points, float32(x)/float32(f.BilateralSxy), float32(y)/float32(f.BilateralSxy))
			for _, v := range rgb.Pix8[(y*im.W+x)*3:][:3] {
				points = append(points, float32(v)/float32(f.BilateralSrgb))
			}
		}
	}
	return points
}

// solve returns the probabilities after the mean-field steps: Q = softmax(ln p + Σ weight·kernel(Q)), since under Potts labels
// what others of the same class say lowers the energy.
func (f *field) solve(p []float32, c int, messages []message) []float32 {
	const least = 1e-5 // as small as a probability counts
	unary, q := make([]float32, len(p)), make([]float32, len(p))
	for i, v := range p {
		unary[i] = max(v, least)
	}
	kernels.Log(unary, unary)
	kernels.Softmax(len(p)/c, c, unary, q)
	sum, part := make([]float32, len(p)), make([]float32, len(p))
	for range f.Iterations {
		copy(sum, unary)
		for _, m := range messages {
			for i, v := range q {
				part[i] = v * m.scale[i/c]
			}
			m.filter.filter(part, part, c)
			for i, v := range part {
				sum[i] += float32(float32(m.weight*m.scale[i/c]) * v)
			}
		}
		kernels.Softmax(len(p)/c, c, sum, q)
	}
	return q
}

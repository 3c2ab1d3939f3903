package bench

import (
	"fmt"
	"strconv"
	"strings"

	"tessera/autograd"
	"tessera/kernels"
)

// Kind is what a layer computes.
type Kind string

// The kinds of problems.
const (
	Conv   Kind = "conv"   // dense or grouped convolution
	DWConv Kind = "dwconv" // depthwise convolution
	UpConv Kind = "upconv" // enlargement by two and 3×3 convolution in one
	Norm   Kind = "norm"   // batch normalisation and activation
	Gemm   Kind = "gemm"   // product of two matrices
)

// A Problem is the shape of one layer. Images are N×H×W×C, windows square. A product of matrices m×k and k×n is
// H = m, C = k, O = n, everything else being 1.
type Problem struct {
	Kind           Kind
	N, H, W, C     int // of the input
	O              int // channels of the output
	K, Stride      int // window
	Before, After  int // padding: at the top and left, at the bottom and right
	Groups, Dilate int
	Act            autograd.Activation // that follows a normalisation
	Leaf           bool                // the input is a picture, of which no gradient is wanted
	Name           string              // of the layer in its model; may be empty
}

// activations are the words for what follows a normalisation.
var activations = map[string]autograd.Activation{"relu": autograd.WithReLU, "silu": autograd.WithSiLU}

// String returns the line that Parse reads back.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(string(p.Kind))
	if p.Kind == Gemm {
		fmt.Fprintf(&b, " m%d n%d k%d", p.H, p.O, p.C)
	} else {
		fmt.Fprintf(&b, " n%d c%d", p.N, p.C)
	}
	if p.Kind == Conv || p.Kind == UpConv {
		fmt.Fprintf(&b, " o%d", p.O)
	}
	if p.Kind != Gemm {
		fmt.Fprintf(&b, " h%dw%d", p.H, p.W)
	}
	if p.Kind == Conv || p.Kind == DWConv {
		p.writeWindow(&b)
	}
	for word, act := range activations {
		if p.Act == act {
			b.WriteString(" " + word)
		}
	}
	if p.Leaf {
		b.WriteString(" leaf")
	}
	if p.Name != "" {
		b.WriteString(" " + strconv.Quote(p.Name))
	}
	return b.String()
}

func (p Problem) writeWindow(b *strings.Builder) {
	fmt.Fprintf(b, " k%d s%d p%d", p.K, p.Stride, p.Before)
	if p.After != p.Before {
		fmt.Fprintf(b, "+%d", p.After)
	}
	if p.Groups != 1 {
		fmt.Fprintf(b, " g%d", p.Groups)
	}
	if p.Dilate != 1 {
		fmt.Fprintf(b, " d%d", p.Dilate)
	}
}

// window returns the geometry of a convolution.
func (p Problem) window() kernels.Window {
	return kernels.Window{IH: p.H, IW: p.W, KH: p.K, KW: p.K, SH: p.Stride, SW: p.Stride, DH: p.Dilate, DW: p.Dilate,
		PT: p.Before, PL: p.Before, PB: p.After, PR: p.After}
}

// maxFloats is the most that an operand of a problem may have: 8 GB.
const maxFloats = 1 << 31

// check returns an error if no such layer can exist, or none of a sane size.
func (p Problem) check() error {
	oh, ow := p.H, p.W
	switch p.Kind {
	case Conv, DWConv:
		if p.C%p.Groups != 0 || p.O%p.Groups != 0 {
			return fmt.Errorf("%d channels to %d do not divide into %d groups", p.C, p.O, p.Groups)
		}
		w := p.window()
		if err := w.Check(); err != nil {
			return err
		}
		oh, ow = w.OH(), w.OW()
	case UpConv:
		oh, ow = 2*p.H, 2*p.W
	}
	for _, sizes := range [][4]int{{p.N, p.H, p.W, p.C}, {p.N, oh, ow, p.O}, {p.K, p.K, p.C / p.Groups, p.O}} {
		floats := 1.0
		for _, n := range sizes {
			floats *= float64(n)
		}
		if floats > maxFloats {
			return fmt.Errorf("an operand of %v numbers, at most %d are possible", sizes, maxFloats)
		}
	}
	return nil
}

// Shrunk returns a problem like p with the same window, remainders by 16 and activation, small enough to be
// computed in generic Go.
func (p Problem) Shrunk() Problem {
	small := func(n, most int) int {
		if n <= most {
			return n
		}
		return most - 16 + n%16
	}
	p.N = min(p.N, 2)
	least := (p.K-1)*p.Dilate + 1 // the window must fit
	p.H, p.W = max(least, small(p.H, 24)), max(least, small(p.W, 24))
	if p.Groups == 1 {
		p.C, p.O = small(p.C, 32), small(p.O, 32)
	}
	return p
}

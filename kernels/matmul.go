package kernels

import "fmt"

// A MatMul is a product of matrices that lie in larger ones, prepared for a fixed geometry:
//
//	c[i*CRow + j] = Σ_k a[i*ARow + k*ACol] · b[k*BRow + j*BCol]      i < M, j < N, k < K
//
// The sum is one chain over k from 0 up. A MatMul is immutable and can be shared.
type MatMul struct {
	M, N, K                      int
	ARow, ACol, BRow, BCol, CRow int

	kernel     gemmKernel
	rows, segs []int
}

// Prepare completes a MatMul whose sizes are set, and returns it. It panics if one of them is below 1.
func (p MatMul) Prepare() *MatMul {
	if min(p.M, p.N, p.K, p.ARow, p.ACol, p.BRow, p.BCol) < 1 || p.CRow < p.N {
		panic(fmt.Sprintf("kernels: product %+v", p))
	}
	p.kernel, p.segs = gemmTile.fn, []int{0}
	for i := range p.M {
		p.rows = append(p.rows, i*p.ARow)
	}
	p.rows = p.kernel.padRows(p.rows)
	return &p
}

// Scratch returns the floats of scratch that Run needs.
func (p *MatMul) Scratch() int { return maxTile + p.K*p.kernel.nr }

// Run computes c, or adds to it: the chains then start at what c holds.
func (p *MatMul) Run(accumulate bool, a, b, c, scratch []float32) {
	a = a[:(p.M-1)*p.ARow+(p.K-1)*p.ACol+1]
	c = c[:(p.M-1)*p.CRow+p.N]
	spare, packed := scratch[:maxTile], scratch[maxTile:]
	for column := 0; column < p.N; column += p.kernel.nr {
		cols := min(p.kernel.nr, p.N-column)
		_, width := p.kernel.panel(cols)
		p.pack(cols, width, b[column*p.BCol:], packed)
		t := tile{a: a, b: packed[:p.K*width], segs: p.segs, klen: p.K, step: p.ACol, ldc: p.CRow, load: accumulate}
		p.kernel.multiply(t, p.M, cols, p.rows, c[column:], spare)
	}
}

// pack copies columns of b to rows of width floats, padded with zeros.
func (p *MatMul) pack(cols, width int, b, packed []float32) {
	for k := range p.K {
		row, from := packed[k*width:][:width], b[k*p.BRow:]
		if p.BCol == 1 {
			copy(row, from[:cols])
		} else {
			for j := range cols {
				row[j] = from[j*p.BCol]
			}
		}
		clear(row[cols:])
	}
}

package kernels

import "math"

func dot16Generic(d dot16) {
	width := dotWidth(d.n)
	for _, block := range d.blocks {
		for i := range block.m {
			row := d.c[block.c+i*d.ldc:][:d.n]
			a := d.a[block.a+i*d.lda:]
			for j := range row {
				sum := float32(0)
				if d.load {
					sum = flush(row[j])
				}
				for _, s := range d.segs {
					for kb := range s.blocks {
						a, b := a[s.a+kb*dotK:], d.b[block.b+s.b+kb*dotK*width+2*j:]
						if d.asmall != 0 {
							sum = flushedSum(sum, dot32(a[d.asmall:], b, 2*width))
						}
						sum = flushedSum(sum, dot32(a, b, 2*width))
						if d.asmall != 0 {
							sum = flushedSum(sum, dot32(a, b[d.bsmall:], 2*width))
						}
					}
				}
				row[j] = sum
			}
		}
	}
}

// dot32 returns the sum of the products of a with every second element of 16 rows of B, ld apart.
func dot32(a, b []uint16, ld int) float32 {
	a = a[:dotK]
	var even, odd float32
	for p := range dotK / 2 {
		x, y := widen(a[2*p]), widen(b[p*ld])
		if s := float64(float64(x)*float64(y)) + float64(even); fmaHard(s) {
			even = flushedFMA(x, y, even)
		} else {
			even = float32(s)
		}
		x, y = widen(a[2*p+1]), widen(b[p*ld+1])
		if s := float64(float64(x)*float64(y)) + float64(odd); fmaHard(s) {
			odd = flushedFMA(x, y, odd)
		} else {
			odd = float32(s)
		}
	}
	return flushedSum(even, odd)
}

// widen returns a bfloat16 number, which float32 holds exactly; a denormal is zero.
func widen(h uint16) float32 { return flush(math.Float32frombits(uint32(h) << 16)) }

// flush returns zero of the same sign for a denormal.
func flush(x float32) float32 {
	const minNormal = 1 << 23
	if bits := math.Float32bits(x); bits&(1<<31-1) < minNormal {
		return math.Float32frombits(bits & (1 << 31))
	}
	return x
}

// flushedFMA is fma for the few sums whose rounding is not that of float64, with results below the normal range, were they rounded there, made zero.
func flushedFMA(x, y, z float32) float32 {
	p := float64(x) * float64(y) // exact: 8 bits by 8
	if s := float64(p) + float64(z); tiny(s) {
		return float32(math.Copysign(0, s))
	}
	return fma(x, y, z)
}

// flushedSum is x + y with results below the normal range made zero.
func flushedSum(x, y float32) float32 {
	return flush(x + y) // never inexact among denormals
}

// tiny reports whether a sum that is rounded to 24 bits of significand is below the normal numbers of float32.
func tiny(s float64) bool { return math.Abs(s) < 0x1p-126*(1-0x1p-25) }

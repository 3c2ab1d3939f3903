package main

import (
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// gonum prepares a work as products of gonum, which shares them among goroutines itself. It is twice as fast where the
// second matrix is transposed, so that is what it gets; transposing counts.
func gonum(kind string, sizes []int, threads int) job {
	if kind == "conv" {
		return gonumConv(sizes, threads)
	}
	m, k, n := sizes[0], sizes[1], sizes[2]
	a, c := matrix(m, k, operand(1, m*k)), matrix(m, n, make([]float32, m*n))
	b, turned := matrix(k, n, operand(2, k*n)), matrix(n, k, make([]float32, n*k))
	once := func() error {
		transpose(b, turned, threads)
		blas32.Gemm(blas.NoTrans, blas.Trans, 1, a, turned, 0, c)
		return nil
	}
	return job{once, func() float64 { return checksum(c.Data) }}
}

// gonumConv is a convolution as a product for each image: its patches [h·w, 9·c] times the weights [9·c, c].
func gonumConv(sizes []int, threads int) job {
	n, h, w, c := sizes[0], sizes[1], sizes[2], sizes[3]
	x, y := operand(1, n*h*w*c), make([]float32, n*h*w*c)
	weights, turned := matrix(9*c, c, operand(2, 9*c*c)), matrix(c, 9*c, make([]float32, 9*c*c))
	p := matrix(h*w, 9*c, make([]float32, h*w*9*c))
	once := func() error {
		transpose(weights, turned, threads)
		for i := range n {
			patches(x[i*h*w*c:][:h*w*c], h, w, c, threads, p.Data)
			blas32.Gemm(blas.NoTrans, blas.Trans, 1, p, turned, 0, matrix(h*w, c, y[i*h*w*c:][:h*w*c]))
		}
		return nil
	}
	return job{once, func() float64 { return checksum(y) }}
}

func matrix(rows, cols int, data []float32) blas32.General {
	return blas32.General{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

// transpose writes the transpose of a to t, by stripes of 16 columns.
func transpose(a, t blas32.General, goroutines int) {
	const stripe = 16
	spread(goroutines, (a.Cols+stripe-1)/stripe, func(s int) {
		first, end := s*stripe, min((s+1)*stripe, a.Cols)
		for i := range a.Rows {
			for j, v := range a.Data[i*a.Stride+first : i*a.Stride+end] {
				t.Data[(first+j)*t.Stride+i] = v
			}
		}
	})
}

// patches writes the 3×3 neighbours of every pixel of x [h, w, c], zeros outside, to p [h, w, 9·c] (im2col).
func patches(x []float32, h, w, c, goroutines int, p []float32) {
	spread(goroutines, h, func(oy int) { patchRow(x, oy, h, w, c, p[oy*w*9*c:][:w*9*c]) })
}

// patchRow writes the patches of row oy.
func patchRow(x []float32, oy, h, w, c int, p []float32) {
	for ox := range w {
		for ky := range 3 {
			iy, to := oy+ky-1, p[(ox*9+ky*3)*c:][:3*c]
			from, end := max(ox-1, 0), min(ox+2, w)
			outside := iy < 0 || iy >= h
			if outside || end-from < 3 {
				clear(to)
			}
			if !outside {
				copy(to[(from-ox+1)*c:], x[(iy*w+from)*c:(iy*w+end)*c])
			}
		}
	}
}

// spread calls task for 0 to n-1, each goroutine for every so many.
func spread(goroutines, n int, task func(i int)) {
	var wg sync.WaitGroup
	for first := range goroutines {
		wg.Go(func() {
			for i := first; i < n; i += goroutines {
				task(i)
			}
		})
	}
	wg.Wait()
}

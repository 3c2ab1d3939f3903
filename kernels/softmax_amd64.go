//go:build !purego

package kernels

func init() { softmaxShift.register(AVX512, softmaxKernel{softmaxMostVectors, softmaxByVectors}) }

func softmaxMostVectors(rows, c int, x, norm, y []float32) {
	if rows*c == 0 {
		return
	}
	_, _ = x[rows*c-1], y[rows*c-1]
	var to *float32
	if norm != nil {
		to = &norm[:2*rows][0]
	}
	softmaxMostAVX512(rows, c, &x[0], to, &y[0])
}

func softmaxByVectors(rows, c int, x, norm, y []float32) {
	if rows*c == 0 {
		return
	}
	_, _, _ = x[rows*c-1], norm[2*rows-1], y[rows*c-1]
	softmaxByAVX512(rows, c, &x[0], &norm[0], &y[0])
}

//go:noescape
func softmaxMostAVX512(rows, c int, x, norm, y *float32)

//go:noescape
func softmaxByAVX512(rows, c int, x, norm, y *float32)

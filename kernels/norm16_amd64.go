//go:build !purego

package kernels

func init() { norm16.register(AVX512, norm16Kernel{moments16Masked, normGradSums16Masked}) }

func moments16Masked(rows, c int, x, shift, s1, s2 []float32, y []uint16) {
	if rows*c > 0 {
		moments16AVX512(rows, c, &x[0], &shift[0], &s1[0], &s2[0], &y[0])
	}
}

func normGradSums16Masked(act Gate16, rows, c int, x []uint16, a, b, mean, dy, s1, s2 []float32, dz []uint16) {
	if rows*c == 0 {
		return
	}
	switch act {
	case Gate16ReLU:
		reluGradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], &s1[0], &s2[0], &dz[0])
	case Gate16SiLU:
		siluGradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], &s1[0], &s2[0], &dz[0])
	default:
		gradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], &s1[0], &s2[0], &dz[0])
	}
}

//go:noescape
func moments16AVX512(rows, c int, x, shift, s1, s2 *float32, y *uint16)

//go:noescape
func gradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)

//go:noescape
func reluGradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)

//go:noescape
func siluGradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)

//go:build !purego

package kernels

func init() {
	norm16.register(AVX512, norm16Kernel{
		narrow: func(x []float32, y []uint16) {
			if len(x) > 0 {
				narrow16AVX512(len(x), &x[0], &y[0])
			}
		},
		moments: func(rows, c int, x, shift, s1, s2 []float32, y []uint16) {
			if rows*c > 0 {
				moments16AVX512(rows, c, &x[0], &shift[0], &s1[0], &s2[0], &y[0])
			}
		},
		gradSums: func(act Gate16, rows, c int, x []uint16, a, b, mean, dy, s1, s2 []float32, dz []uint16) {
			switch {
			case rows*c == 0:
			case act == Gate16ReLU:
				reluGradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], &s1[0], &s2[0], &dz[0])
			case act == Gate16SiLU:
				siluGradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], &s1[0], &s2[0], &dz[0])
			default:
				gradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], &s1[0], &s2[0], &dz[0])
			}
		},
	})
	norm16.register(AMX, norm16Kernel{
		narrow: func(x []float32, y []uint16) {
			if len(x) > 0 {
				narrow16AMX(len(x), &x[0], &y[0])
			}
		},
		moments: func(rows, c int, x, shift, s1, s2 []float32, y []uint16) {
			if rows*c > 0 {
				moments16AMX(rows, c, &x[0], &shift[0], &s1[0], &s2[0], &y[0])
			}
		},
		gradSums: func(act Gate16, rows, c int, x []uint16, a, b, mean, dy, s1, s2 []float32, dz []uint16) {
			switch {
			case rows*c == 0:
			case act == Gate16ReLU:
				reluGradSums16AMX(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], &s1[0], &s2[0], &dz[0])
			case act == Gate16SiLU:
				siluGradSums16AMX(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], &s1[0], &s2[0], &dz[0])
			default:
				gradSums16AMX(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], &s1[0], &s2[0], &dz[0])
			}
		},
	})
}

//go:noescape
func narrow16AVX512(n int, x *float32, y *uint16)

//go:noescape
func moments16AVX512(rows, c int, x, shift, s1, s2 *float32, y *uint16)

//go:noescape
func gradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)

//go:noescape
func reluGradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)

//go:noescape
func siluGradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)

//go:noescape
func narrow16AMX(n int, x *float32, y *uint16)

//go:noescape
func moments16AMX(rows, c int, x, shift, s1, s2 *float32, y *uint16)

//go:noescape
func gradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)

//go:noescape
func reluGradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)

//go:noescape
func siluGradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, s1, s2 *float32, dz *uint16)

//go:build !purego

package kernels

func init() {
	norm16.register(AVX512, norm16OfAVX512())
	norm16.register(AMX, norm16OfAMX())
}

func norm16OfAVX512() norm16Kernel {
	return norm16Kernel{
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
				reluGradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], nil, &s1[0], &s2[0], &dz[0])
			case act == Gate16SiLU:
				siluGradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], nil, &s1[0], &s2[0], &dz[0])
			default:
				gradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], nil, &s1[0], &s2[0], &dz[0])
			}
		},
		moreGradSums: func(act Gate16, rows, c int, x []uint16, a, b, mean, add, s1, s2 []float32, dz []uint16) {
			switch {
			case rows*c == 0:
			case act == Gate16ReLU:
				moreReluGradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dz[0], &add[0], &s1[0], &s2[0], &dz[0])
			case act == Gate16SiLU:
				moreSiluGradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dz[0], &add[0], &s1[0], &s2[0], &dz[0])
			default:
				moreGradSums16AVX512(rows, c, &x[0], &a[0], &b[0], &mean[0], &dz[0], &add[0], &s1[0], &s2[0], &dz[0])
			}
		},
		scaleGrad: func(rows, c int, x []uint16, s, dp, dot []float32, dx []uint16) {
			if rows*c > 0 {
				scaleGrad16AVX512(rows, c, &x[0], &s[0], &dp[0], &dot[0], &dx[0])
			}
		},
	}
}

func norm16OfAMX() norm16Kernel {
	return norm16Kernel{
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
				reluGradSums16AMX(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], nil, &s1[0], &s2[0], &dz[0])
			case act == Gate16SiLU:
				siluGradSums16AMX(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], nil, &s1[0], &s2[0], &dz[0])
			default:
				gradSums16AMX(rows, c, &x[0], &a[0], &b[0], &mean[0], &dy[0], nil, &s1[0], &s2[0], &dz[0])
			}
		},
		moreGradSums: func(act Gate16, rows, c int, x []uint16, a, b, mean, add, s1, s2 []float32, dz []uint16) {
			switch {
			case rows*c == 0:
			case act == Gate16ReLU:
				moreReluGradSums16AMX(rows, c, &x[0], &a[0], &b[0], &mean[0], &dz[0], &add[0], &s1[0], &s2[0], &dz[0])
			case act == Gate16SiLU:
				moreSiluGradSums16AMX(rows, c, &x[0], &a[0], &b[0], &mean[0], &dz[0], &add[0], &s1[0], &s2[0], &dz[0])
			default:
				moreGradSums16AMX(rows, c, &x[0], &a[0], &b[0], &mean[0], &dz[0], &add[0], &s1[0], &s2[0], &dz[0])
			}
		},
		scaleGrad: func(rows, c int, x []uint16, s, dp, dot []float32, dx []uint16) {
			if rows*c > 0 {
				scaleGrad16AMX(rows, c, &x[0], &s[0], &dp[0], &dot[0], &dx[0])
			}
		},
	}
}

//go:noescape
func narrow16AVX512(n int, x *float32, y *uint16)

//go:noescape
func moments16AVX512(rows, c int, x, shift, s1, s2 *float32, y *uint16)

//go:noescape
func scaleGrad16AVX512(rows, c int, x *uint16, s, dp, dot *float32, dx *uint16)

//go:noescape
func gradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)

//go:noescape
func moreGradSums16AVX512(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)

//go:noescape
func reluGradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)

//go:noescape
func moreReluGradSums16AVX512(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)

//go:noescape
func siluGradSums16AVX512(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)

//go:noescape
func moreSiluGradSums16AVX512(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)

//go:noescape
func narrow16AMX(n int, x *float32, y *uint16)

//go:noescape
func moments16AMX(rows, c int, x, shift, s1, s2 *float32, y *uint16)

//go:noescape
func scaleGrad16AMX(rows, c int, x *uint16, s, dp, dot *float32, dx *uint16)

//go:noescape
func gradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)

//go:noescape
func moreGradSums16AMX(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)

//go:noescape
func reluGradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)

//go:noescape
func moreReluGradSums16AMX(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)

//go:noescape
func siluGradSums16AMX(rows, c int, x *uint16, a, b, mean, dy, add, s1, s2 *float32, dz *uint16)

//go:noescape
func moreSiluGradSums16AMX(rows, c int, x *uint16, a, b, mean *float32, dy *uint16, add, s1, s2 *float32, dz *uint16)

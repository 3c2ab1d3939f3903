//go:build !purego

package kernels

func init() {
	updateAdam.register(AVX2, updateAdamBy8)
	updateAdam.register(AVX512, updateAdamMasked)
}

func updateAdamBy8(c adam, g, p, m, v []float32) {
	n := len(g) &^ 7
	if n > 0 {
		updateAdamAVX2(n, &c, &g[0], &p[0], &m[0], &v[0])
	}
	updateAdamGeneric(c, g[n:], p[n:], m[n:], v[n:])
}

func updateAdamMasked(c adam, g, p, m, v []float32) {
	if len(g) > 0 {
		updateAdamAVX512(len(g), &c, &g[0], &p[0], &m[0], &v[0])
	}
}

//go:noescape
func updateAdamAVX2(n int, c *adam, grad, p, m, v *float32)

//go:noescape
func updateAdamAVX512(n int, c *adam, grad, p, m, v *float32)

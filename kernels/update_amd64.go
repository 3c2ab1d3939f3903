//go:build !purego

package kernels

func init() {
	updateAdamW.register(AVX2, updateAdamWBy8)
	updateSGD.register(AVX2, updateSGDBy8)
	updateAdamW.register(AVX512, updateAdamWMasked)
	updateSGD.register(AVX512, updateSGDMasked)
}

func updateAdamWBy8(c adamW, g, p, m, v []float32) {
	n := len(g) &^ 7
	if n > 0 {
		updateAdamWAVX2(n, &c, &g[0], &p[0], &m[0], &v[0])
	}
	updateAdamWGeneric(c, g[n:], p[n:], m[n:], v[n:])
}

func updateSGDBy8(c sgd, g, p, v []float32) {
	n := len(g) &^ 7
	if n > 0 {
		updateSGDAVX2(n, &c, &g[0], &p[0], &v[0])
	}
	updateSGDGeneric(c, g[n:], p[n:], v[n:])
}

func updateAdamWMasked(c adamW, g, p, m, v []float32) {
	if len(g) > 0 {
		updateAdamWAVX512(len(g), &c, &g[0], &p[0], &m[0], &v[0])
	}
}

func updateSGDMasked(c sgd, g, p, v []float32) {
	if len(g) > 0 {
		updateSGDAVX512(len(g), &c, &g[0], &p[0], &v[0])
	}
}

//go:noescape
func updateAdamWAVX2(n int, c *adamW, grad, p, m, v *float32)

//go:noescape
func updateAdamWAVX512(n int, c *adamW, grad, p, m, v *float32)

//go:noescape
func updateSGDAVX2(n int, c *sgd, grad, p, v *float32)

//go:noescape
func updateSGDAVX512(n int, c *sgd, grad, p, v *float32)

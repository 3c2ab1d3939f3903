//go:build !purego

package kernels

func init() {
	updateAdamW.register(NEON, updateAdamWBy4)
	updateSGD.register(NEON, updateSGDBy4)
}

func updateAdamWBy4(c adamW, g, p, m, v []float32) {
	n := len(g) &^ 3
	if n > 0 {
		updateAdamWNEON(n, &c, &g[0], &p[0], &m[0], &v[0])
	}
	updateAdamWGeneric(c, g[n:], p[n:], m[n:], v[n:])
}

func updateSGDBy4(c sgd, g, p, v []float32) {
	n := len(g) &^ 3
	if n > 0 {
		updateSGDNEON(n, &c, &g[0], &p[0], &v[0])
	}
	updateSGDGeneric(c, g[n:], p[n:], v[n:])
}

//go:noescape
func updateAdamWNEON(n int, c *adamW, grad, p, m, v *float32)

//go:noescape
func updateSGDNEON(n int, c *sgd, grad, p, v *float32)

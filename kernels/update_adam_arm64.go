//go:build !purego

package kernels

func init() { updateAdam.register(NEON, updateAdamBy4) }

func updateAdamBy4(c adam, g, p, m, v []float32) {
	n := len(g) &^ 3
	if n > 0 {
		updateAdamNEON(n, &c, &g[0], &p[0], &m[0], &v[0])
	}
	updateAdamGeneric(c, g[n:], p[n:], m[n:], v[n:])
}

//go:noescape
func updateAdamNEON(n int, c *adam, grad, p, m, v *float32)

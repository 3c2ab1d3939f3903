//go:build (amd64 || arm64) && !purego

package kernels

// A winogradAsm is the transforms in assembly, for multiples of so many channels; others are left to narrow.
type winogradAsm struct {
	lanes   int
	input   func(n, c, ld, row int, x *float32, vld int, v *float32)
	output  func(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)
	grad    func(n, c, ld, row int, dy *float32, step, dld int, d *float32)
	weights func(ld int, u *float32)
	back    func(n, sld int, s *float32, wld int, dw *float32)
	narrow  *winogradAsm
}

func (a winogradAsm) register(isa ISA) {
	wgInput.register(isa, func(n, c, ld, row int, x []float32, vld int, v []float32) {
		_, _ = x[3*row+(2*n+1)*ld+c-1], v[15*vld+n*c-1]
		a.of(c).input(n, c, ld, row, &x[0], vld, &v[0])
	})
	wgOutput.register(isa, func(n, c, step, mld int, m []float32, ld, row int, accumulate bool, y []float32) {
		_, _ = m[15*mld+(n-1)*step+c-1], y[row+(2*n-1)*ld+c-1]
		add := 0
		if accumulate {
			add = 1
		}
		a.of(c).output(n, c, step, mld, &m[0], ld, row, add, &y[0])
	})
	wgGrad.register(isa, func(n, c, ld, row int, dy []float32, step, dld int, d []float32) {
		_, _ = dy[row+(2*n-1)*ld+c-1], d[15*dld+(n-1)*step+c-1]
		a.of(c).grad(n, c, ld, row, &dy[0], step, dld, &d[0])
	})
	wgWeights.register(isa, func(ld int, u []float32) {
		_ = u[wgValues*ld-1]
		a.of(ld).weights(ld, &u[0])
	})
	wgWeightsGrad.register(isa, func(n, sld int, s []float32, wld int, dw []float32) {
		_, _ = s[15*sld+n-1], dw[8*wld+n-1]
		a.of(n).back(n, sld, &s[0], wld, &dw[0])
	})
}

// of returns the transforms for c channels, a multiple of 8.
func (a *winogradAsm) of(c int) *winogradAsm {
	if c%a.lanes != 0 {
		return a.narrow
	}
	return a
}

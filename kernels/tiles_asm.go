//go:build (amd64 || arm64) && !purego

package kernels

// Transforms in assembly take multiples of so many channels; rest has the others.
type (
	tileInputAsm struct {
		lanes int
		call  func(n, c, ld, row int, x *float32, step, vld int, v *float32)
		rest  tileInput
		size  int // pixels that a tile sees along an axis
		move  int // from one tile to the next
		last  int // of the values
	}
	tileOutputAsm struct {
		lanes int
		call  func(n, c, step, mld int, m *float32, ld, row, accumulate int, y *float32)
		rest  tileOutput
		last  int
	}
)

func (a tileInputAsm) run(n, c, ld, row int, x []float32, step, vld int, v []float32) {
	whole := c / a.lanes * a.lanes
	if whole > 0 {
		_ = x[(a.size-1)*row+(a.move*(n-1)+a.size-1)*ld+whole-1]
		_ = v[a.last*vld+(n-1)*step+whole-1]
		a.call(n, whole, ld, row, &x[0], step, vld, &v[0])
	}
	if whole < c {
		a.rest(n, c-whole, ld, row, x[whole:], step, vld, v[whole:])
	}
}

func (a tileOutputAsm) run(n, c, step, mld int, m []float32, ld, row int, accumulate bool, y []float32) {
	whole := c / a.lanes * a.lanes
	if whole > 0 {
		_, _ = m[a.last*mld+(n-1)*step+whole-1], y[row+(2*n-1)*ld+whole-1]
		add := 0
		if accumulate {
			add = 1
		}
		a.call(n, whole, step, mld, &m[0], ld, row, add, &y[0])
	}
	if whole < c {
		a.rest(n, c-whole, step, mld, m[whole:], ld, row, accumulate, y[whole:])
	}
}

// A filterAsm is the transforms of weights, of multiples of so many.
type filterAsm struct {
	lanes   int
	weights func(ld int, u *float32)
	back    func(n, sld int, s *float32, wld int, dw *float32)
}

// register makes isa use the transforms of weights, for what is left over those of the generic Go.
func (a filterAsm) register(isa ISA) {
	wgWeights.register(isa, func(ld int, u []float32) {
		if ld%a.lanes != 0 {
			wgWeightsGeneric(ld, u)
			return
		}
		_ = u[16*ld-1]
		a.weights(ld, &u[0])
	})
	wgWeightsGrad.register(isa, func(n, sld int, s []float32, wld int, dw []float32) {
		whole := n / a.lanes * a.lanes
		if whole > 0 {
			_, _ = s[15*sld+whole-1], dw[8*wld+whole-1]
			a.back(whole, sld, &s[0], wld, &dw[0])
		}
		if whole < n {
			wgWeightsGradGeneric(n-whole, sld, s[whole:], wld, dw[whole:])
		}
	})
}

package kernels

// wgWeightsGeneric transforms weights to G g Gᵀ in place: 16 matrices of ld floats each, the last 9 of which are g.
func wgWeightsGeneric(ld int, u []float32) {
	g := u[7*ld:]
	for i := range ld {
		var t [12]float32
		for k := range 3 {
			a, b, c := g[k*ld+i], g[(3+k)*ld+i], g[(6+k)*ld+i]
			t[k], t[3+k], t[6+k], t[9+k] = a, (a+c+b)*0.5, (a+c-b)*0.5, c
		}
		for k := range 4 {
			a, b, c := t[3*k], t[3*k+1], t[3*k+2]
			at := 4*k*ld + i
			u[at], u[at+ld], u[at+2*ld], u[at+3*ld] = a, (a+c+b)*0.5, (a+c-b)*0.5, c
		}
	}
}

// wgWeightsGradGeneric adds Gᵀ s G to the gradient of n weights of each tap: the 16 values of s are sld floats apart, with the
// signs of wgGradGeneric, and the 9 taps of dw wld.
func wgWeightsGradGeneric(n, sld int, s []float32, wld int, dw []float32) {
	for i := range n {
		var t [12]float32
		for k := range 4 {
			s0, s1, s2, s3 := s[k*sld+i], s[(4+k)*sld+i], s[(8+k)*sld+i], s[(12+k)*sld+i]
			h := float32((s1 + s2) * 0.5)
			t[k], t[4+k], t[8+k] = s0+h, (s1-s2)*0.5, h-s3
		}
		for k := range 3 {
			s0, s1, s2, s3 := t[4*k], t[4*k+1], t[4*k+2], t[4*k+3]
			h := float32((s1 + s2) * 0.5)
			to := dw[3*k*wld+i:]
			to[0] += s0 + h
			to[wld] += float32((s1 - s2) * 0.5)
			to[2*wld] += h - s3
		}
	}
}

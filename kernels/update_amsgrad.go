package kernels

var updateAMSGrad = newFamily("updateAMSGrad", updateAMSGradGeneric)

// AMSGrad is Adam that divides by the root of the largest second moment so far (Reddi, Kale and Kumar, "On the Convergence of
// Adam and Beyond", ICLR 2018). After m[i] and v[i] are updated as there, every operation rounded:
//
//	most[i] = max(most[i], v[i])
//	p[i]    = Keep·p[i] - (Rate·m[i] + Ahead·s) / (√most[i]/Root + Eps)
func AMSGrad(step AdamStep, g, p, m, v, most []float32) {
	updateAMSGrad.fn(step.rounded(), g, p[:len(g)], m[:len(g)], v[:len(g)], most[:len(g)])
}

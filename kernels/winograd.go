package kernels

// Winograd's minimal filtering F(2×2, 3×3) computes 2×2 pixels of a 3×3 convolution of stride 1 from the tile d of 4×4 pixels
// that they see:
//
//	y = Aᵀ [ Σ over ic of (G g Gᵀ) ⊙ (Bᵀ d B) ] A
//
// which takes 16 multiplications where the definition takes 36. The result differs from the definition's by rounding, relative
// to the largest values of a tile rather than to those of each pixel.
//
// Source: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, 2016, https://arxiv.org/abs/1509.09308
var winograd = tileRule{
	values: 16, size: 4, step: 2, input: wgInput, output: wgOutput, grad: wgGrad,
	weights:     func(ld int, u []float32) { wgWeights.fn(ld, u) },
	weightsGrad: func(n, sld int, s []float32, wld int, dw []float32) { wgWeightsGrad.fn(n, sld, s, wld, dw) },
}

var (
	wgInput       = newFamily[tileInput]("wgInput", wgInputGeneric)
	wgOutput      = newFamily[tileOutput]("wgOutput", wgOutputGeneric)
	wgGrad        = newFamily[tileInput]("wgGrad", wgGradGeneric)
	wgWeights     = newFamily("wgWeights", wgWeightsGeneric)
	wgWeightsGrad = newFamily("wgWeightsGrad", wgWeightsGradGeneric)
)

// wgLeast is the number of channels from which tiles pay.
const wgLeast = 16

// useWinograd makes the sweep compute tiles, of so many channels at a time, if its geometry allows.
func (p *sweep) useWinograd(k *gemmKernel, channels int, to cut) {
	if p.tileable(to) {
		p.tile(&winograd, k, channels)
	}
}

// tileable tells whether winograd computes the sweep.
func (p *sweep) tileable(to cut) bool {
	w := p.win
	one := w.KH == 3 && w.KW == 3 && w.SH == 1 && w.SW == 1 && w.DH == 1 && w.DW == 1
	return one && p.groups == 1 && p.spread == (spread{1, 1}) && p.grid.contiguous() && !to.scaled && !to.rounded && min(p.ic, p.oc) >= wgLeast
}

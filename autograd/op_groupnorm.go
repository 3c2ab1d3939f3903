package autograd

import (
	"fmt"
	"math"

	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/tensor"
)

// GroupNorm normalises groups of neighbouring channels of each image of x [N, H, W, C], scales by gamma and shifts by
// beta [C], and applies the activation, Identity or WithReLU (Wu and He, "Group Normalization", ECCV 2018):
//
//	y = act(γ·(x-μ)/σ + β),   σ² = variance over pixels and channels of the group + ε
//
// It is the same in training and inference.
func GroupNorm(t *Tape, x, gamma, beta *Var, groups int, eps float64, act Activation) *Var {
	checkAffine("group norm", x, gamma, beta)
	if c := x.Shape.Dim(3); groups < 1 || c%groups != 0 || act != Identity && act != WithReLU {
		panic(&tensor.ShapeError{Op: "group norm", Got: []tensor.Shape{x.Shape},
			Detail: fmt.Sprintf("%d groups, activation %d", groups, act)})
	}
	o, y := t.record("group norm", x.Shape, x, gamma, beta)
	o.keep, o.adds = []*Var{x, gamma}, []*Var{gamma, beta}
	if act == WithReLU {
		o.keep = append(o.keep, y)
	}
	g := &groupNorm{imageBlocks: newImageBlocks(x.Shape), x: x, gamma: gamma, beta: beta, y: y,
		groups: groups, eps: eps, act: act}
	tasks := g.n * g.blocks
	g.coef = t.saved(4 * g.n * g.c)
	moments := t.temporary(2*tasks*g.c, false)
	sum := func(i, _ int) {
		image, first, rows := g.at(i)
		part := moments.data[2*i*g.c:][:2*g.c]
		clear(part)
		kernels.ChannelMoments(rows, g.c, x.value.data[first*g.c:], g.shift(image), part[:g.c], part[g.c:])
	}
	o.forward = func() {
		parallel.For(tasks, sum)
		for image := range g.n {
			g.affine(image, moments.data)
		}
		parallel.For(tasks, g.normalise)
	}
	if y.needsGrad {
		g.recordBackward(t, o)
	}
	return y
}

// A groupNorm is a recorded group normalisation.
type groupNorm struct {
	imageBlocks
	x, gamma, beta, y *Var
	groups            int
	eps               float64
	act               Activation
	coef              *buffer // of each image: scale, shift, mean and 1/σ of each channel
}

// shift returns the first pixel of an image: moments about it do not cancel.
func (g *groupNorm) shift(image int) []float32 { return g.x.value.data[image*g.pixels*g.c:][:g.c] }

func (g *groupNorm) coefficients(image int) (scale, shift, mean, istd []float32) {
	d, c := g.coef.data[4*image*g.c:], g.c
	return d[:c], d[c : 2*c], d[2*c : 3*c], d[3*c : 4*c]
}

// total adds column j of the partial sums [blocks, ld] of an image, in order.
func (g *groupNorm) total(image, ld, j int, partial []float32) float64 {
	sum := 0.0
	for k := range g.blocks {
		sum += float64(partial[(image*g.blocks+k)*ld+j])
	}
	return sum
}

// affine computes the coefficients of an image from its partial moments.
func (g *groupNorm) affine(image int, moments []float32) {
	scale, shift, mean, istd := g.coefficients(image)
	about, size, n := g.shift(image), g.c/g.groups, float64(g.pixels)
	for first := 0; first < g.c; first += size {
		sum, squares := 0.0, 0.0
		for j := first; j < first+size; j++ {
			sum += float64(n*float64(about[j])) + g.total(image, 2*g.c, j, moments)
		}
		m := sum / (n * float64(size))
		for j := first; j < first+size; j++ { // Σ(x-m)² from the moments about another point
			d := float64(about[j]) - m
			s1, s2 := g.total(image, 2*g.c, j, moments), g.total(image, 2*g.c, g.c+j, moments)
			squares += s2 + float64(2*d*s1) + float64(n*d*d)
		}
		s := 1 / math.Sqrt(max(0, squares/(n*float64(size)))+g.eps)
		for j := first; j < first+size; j++ {
			a := float64(g.gamma.value.data[j]) * s
			scale[j], shift[j] = float32(a), float32(float64(g.beta.value.data[j])-float64(m*a))
			mean[j], istd[j] = float32(m), float32(s)
		}
	}
}

func (g *groupNorm) normalise(i, _ int) {
	image, first, rows := g.at(i)
	scale, shift, _, _ := g.coefficients(image)
	x, y := g.x.value.data[first*g.c:], g.y.value.data[first*g.c:]
	if g.act == WithReLU {
		kernels.ChannelAffineReLU(rows, g.c, false, x, scale, shift, y)
	} else {
		kernels.ChannelAffine(rows, g.c, false, x, scale, shift, y)
	}
}

func (g *groupNorm) recordBackward(t *Tape, o *op) {
	c, tasks := g.c, g.n*g.blocks
	partial := t.temporary(2*tasks*c, true)
	coef := make([]float32, 3*g.n*c)
	sum := func(i, _ int) {
		image, first, rows := g.at(i)
		at, part := first*c, partial.data[2*i*c:][:2*c]
		dy := g.y.grad.data[at:][:rows*c]
		if g.act == WithReLU {
			kernels.ReLUGrad(false, g.y.value.data[at:][:rows*c], dy, dy)
		}
		clear(part)
		_, _, mean, _ := g.coefficients(image)
		kernels.BatchNormGradSums(rows, c, g.x.value.data[at:], dy, mean, part[:c], part[c:])
	}
	toInput := func(i, _ int) {
		image, first, rows := g.at(i)
		k := coef[3*image*c:][:3*c]
		kernels.BatchNormGrad(rows, c, g.x.accumulate, false, g.x.value.data[first*c:], g.y.grad.data[first*c:],
			k[:c], k[c:2*c], k[2*c:], g.x.grad.data[first*c:])
	}
	o.backward = func() {
		parallel.For(tasks, sum)
		for image := range g.n {
			g.gradients(image, partial.data, coef[3*image*c:][:3*c])
		}
		if g.x.needsGrad {
			parallel.For(tasks, toInput)
		}
	}
}

// gradients adds an image's part of the gradients of scale and shift, and computes the coefficients of
// dx = dy·a + x·b + k: with the sums s1 of dy and s2 of dy·(x-μ), over a group of n elements,
// a = γ/σ, b = -Σγ·s2/(n·σ³) and k = -b·μ - Σγ·s1/(n·σ).
func (g *groupNorm) gradients(image int, partial, coef []float32) {
	c, size := g.c, g.c/g.groups
	_, _, mean, istd := g.coefficients(image)
	n := float64(g.pixels) * float64(size)
	for first := 0; first < c; first += size {
		s, sum, dot := float64(istd[first]), 0.0, 0.0
		for j := first; j < first+size; j++ {
			s1, s2 := g.total(image, 2*c, j, partial), g.total(image, 2*c, c+j, partial)
			if g.gamma.needsGrad {
				g.gamma.grad.data[j] += float32(s2 * s)
			}
			if g.beta.needsGrad {
				g.beta.grad.data[j] += float32(s1)
			}
			sum += float64(float64(g.gamma.value.data[j]) * s1)
			dot += float64(float64(g.gamma.value.data[j]) * s2)
		}
		back := -dot * s * s * s / n
		rest := float64(-back*float64(mean[first])) - float64(sum*s/n)
		for j := first; j < first+size; j++ {
			coef[j], coef[c+j], coef[2*c+j] = float32(float64(g.gamma.value.data[j])*s), float32(back), float32(rest)
		}
	}
}

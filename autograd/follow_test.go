package autograd_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/kernels"
	"tessera/tensor"
)

// chain is convolution, depthwise convolution and enlargement with convolution, each normalised, and a last convolution.
type chain struct {
	x, conv, depth, up, last *autograd.Param
	norms                    [3]normParts
}

// newChain returns a chain on pictures of h×w pixels with so many channels before, after and between its convolutions.
func newChain(h, w int, channels [4]int) *chain {
	a, b, c2, d := channels[0], channels[1], channels[2], channels[3]
	c := &chain{x: filled("NHWC", 1, 2, h, w, a), conv: filled("HWIO", 2, 3, 3, a, b), depth: filled("HWC", 3, 3, 3, b),
		up: filled("HWIO", 4, 3, 3, b+5, c2), last: filled("HWIO", 5, 1, 1, c2, d)}
	for i, n := range []int{b, b, c2} {
		c.norms[i] = newNormParts(n)
	}
	return c
}

func (c *chain) params() []*autograd.Param {
	list := []*autograd.Param{c.x, c.conv, c.depth, c.up, c.last}
	for _, n := range c.norms {
		list = append(list, n.gamma, n.beta)
	}
	return list
}

// forward records the chain: joined, or of separate operations with a sum between, so that none can follow another.
func (c *chain) forward(t *autograd.Tape, joined bool) *autograd.Var {
	same := kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	n := func(i int) (gamma, beta *autograd.Var, s autograd.BatchStats, act autograd.Activation) {
		return t.Param(c.norms[i].gamma), t.Param(c.norms[i].beta), c.norms[i].stats,
			[]autograd.Activation{autograd.WithSiLU, autograd.WithReLU, autograd.Identity}[i]
	}
	n0, h, w, _ := c.x.Value.Shape.NHWC()
	x, skip := t.Param(c.x), t.Input(tensor.Dims(n0, 2*h, 2*w, 5))
	if joined {
		g, b, s, act := n(0)
		y := autograd.ConvBatchNorm(t, x, t.Param(c.conv), 1, same, g, b, s, act)
		g, b, s, act = n(1)
		y = autograd.DepthwiseConvBatchNorm(t, y, t.Param(c.depth), same, g, b, s, act)
		g, b, s, act = n(2)
		y = autograd.UpsampleConvBatchNorm(t, y, skip, t.Param(c.up), g, b, s, act)
		return autograd.Conv(t, y, t.Param(c.last), nil, 1, dense)
	}
	apart := func(y *autograd.Var) *autograd.Var { return autograd.Add(t, y, t.Input(y.Shape)) }
	g, b, s, act := n(0)
	y := autograd.BatchNorm(t, autograd.Conv(t, x, t.Param(c.conv), nil, 1, same), g, b, s, act)
	g, b, s, act = n(1)
	y = autograd.BatchNorm(t, autograd.DepthwiseConv(t, apart(y), t.Param(c.depth), same), g, b, s, act)
	g, b, s, act = n(2)
	y = autograd.BatchNorm(t, autograd.UpsampleConv(t, apart(y), skip, t.Param(c.up)), g, b, s, act)
	return autograd.Conv(t, apart(y), t.Param(c.last), nil, 1, dense)
}

// run returns the value, the gradients and the running means after two passes.
func (c *chain) run(t *testing.T, joined, readTwice bool) map[string][]float32 {
	tape := autograd.NewTape(autograd.Training)
	tape.Poison = true
	y := c.forward(tape, joined)
	if readTwice {
		y = autograd.Add(tape, y, y)
	}
	weights := tape.Input(y.Shape)
	loss := autograd.Dot(tape, y, weights)
	tape.Output(y)
	require.NoError(t, tape.Plan())
	defer tape.Free()
	weights.Set(kerneltest.Floats(9, y.Shape.Size()))
	got := map[string][]float32{}
	for range 2 { // a second pass finds nothing of the first
		for _, p := range c.params() {
			clear(p.Grad.Data)
		}
		tape.Forward()
		got["value"] = append([]float32(nil), y.Value()...)
		tape.Backward(loss, 1)
	}
	for i, p := range c.params() {
		got[fmt.Sprint("gradient ", i)] = p.Grad.Data
	}
	for i, n := range c.norms {
		got[fmt.Sprint("mean ", i)], got[fmt.Sprint("variance ", i)] = n.stats.Mean.Data, n.stats.Var.Data
	}
	return got
}

// Joined operations measure moments and gradients task by task: the sums are those of the separate ones but for rounding.
func TestJoinedOperationsTrainAsSeparateOnes(t *testing.T) {
	for name, c := range map[string]struct {
		chain func() *chain
		near  float64 // sums of more terms round more
	}{
		"small":     {func() *chain { return newChain(9, 11, [4]int{5, 19, 7, 3}) }, 2e-4},
		"two parts": {func() *chain { return newChain(5, 6, [4]int{72, 96, 80, 900}) }, 2e-3},
	} {
		t.Run(name, func(t *testing.T) {
			want, got := c.chain().run(t, false, false), c.chain().run(t, true, false)
			for name, w := range want {
				for i := range w {
					require.InDelta(t, w[i], got[name][i], c.near*(1+abs(w[i])), "%s, element %d", name, i)
				}
			}
			twice := c.chain().run(t, true, true)
			for i, v := range got["gradient 0"] {
				require.InDelta(t, 2*v, twice["gradient 0"][i], 5*c.near*(1+abs(v)))
			}
		})
	}
}

func abs(x float32) float64 { return max(float64(x), -float64(x)) }

// A scaled convolution is the convolution of the scaled image; in inference bit for bit, where that is computed without tiles,
// as it is with few channels.
func TestScaledConvIsTheComposition(t *testing.T) {
	same := kernels.Window{SH: 1, SW: 1, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
	for _, c := range []struct{ k, ic, oc int }{{1, 15, 18}, {3, 15, 18}, {1, 270, 250}} { // the last in two parts
		k, ic, oc, win := c.k, c.ic, c.oc, dense
		if k == 3 {
			win = same
		}
		x, s, w, n := filled("NHWC", 1, 3, 7, 9, ic), filled("NHWC", 2, 3, 1, 1, ic), filled("HWIO", 3, k, k, ic, oc), newNormParts(oc)
		record := func(tape *autograd.Tape, joined bool) *autograd.Var {
			x, s, w, g, b := tape.Param(x), tape.Param(s), tape.Param(w), tape.Param(n.gamma), tape.Param(n.beta)
			if joined {
				return autograd.ScaledConvBatchNorm(tape, x, s, w, win, g, b, n.stats, autograd.WithReLU)
			}
			y := autograd.Conv(tape, autograd.ScaleChannels(tape, x, s), w, nil, 1, win)
			return autograd.BatchNorm(tape, y, g, b, n.stats, autograd.WithReLU)
		}
		kerneltest.Equal(t, infer(t, true, func(tape *autograd.Tape) *autograd.Var { return record(tape, false) }),
			infer(t, true, func(tape *autograd.Tape) *autograd.Var { return record(tape, true) }))

		for _, again := range []bool{false, true} { // read by a later operation too
			gradients := func(joined bool) [][]float32 {
				tape := autograd.NewTape(autograd.Training)
				tape.Poison = true
				y := record(tape, joined)
				weights := tape.Input(y.Shape)
				loss := autograd.Dot(tape, y, weights)
				if again {
					pooled := autograd.GlobalAverage(tape, autograd.ScaleChannels(tape, tape.Param(x), tape.Param(s)))
					loss = autograd.WeightedSum(tape, []float32{1, 2}, loss, autograd.Dot(tape, pooled, pooled))
				}
				require.NoError(t, tape.Plan())
				defer tape.Free()
				weights.Set(kerneltest.Floats(9, y.Shape.Size()))
				var got [][]float32
				for _, p := range []*autograd.Param{x, s, w, n.gamma, n.beta} {
					clear(p.Grad.Data)
				}
				tape.Forward()
				tape.Backward(loss, 1)
				for _, p := range []*autograd.Param{x, s, w, n.gamma, n.beta} {
					got = append(got, append([]float32(nil), p.Grad.Data...))
				}
				return got
			}
			want, got := gradients(false), gradients(true)
			for i := range want {
				for j, v := range want[i] {
					require.InDelta(t, v, got[i][j], 2e-4*(1+abs(v)), "gradient %d, element %d", i, j)
				}
			}
		}
	}
}

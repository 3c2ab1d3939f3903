package kernels

// Where the weight gradient is a product of matrices its tiles take some floats of every pixel. With many channels these lie so far
// apart that they share few sets of the first-level cache: x is copied then, so many channels together.
const (
	matrixBlock  = 96
	manyChannels = 512
)

// gradMatrix is gradTaps for a window of one pixel, from block on of the blocks of channels. Image counts only where x is scaled.
func (c *Conv) gradMatrix(image, first, count, panel, block int, load bool, x Numbers, gain, dy, partial, scratch []float32) {
	g, k := &c.weights, &c.kernel
	f := &g.input
	spare, scratch := scratch[:maxTile], scratch[maxTile:]
	packed, scratch := scratch[:f.band*k.nr], scratch[f.band*k.nr:]
	last := min(block+g.blocks, f.blocks())
	at := image*f.oh + first
	var floats []float32 // of what is stored
	if x.stored() {
		floats = scratch[len(scratch)-f.band*c.IC:]
	}
	a := x.read(at*c.IC, (at+count)*c.IC, floats)
	inPlace := c.IC < manyChannels && gain == nil
	for b := block; b < last && !inPlace; b++ {
		from, channels := c.channels(b)
		to := scratch[(b-block)*f.band*f.block():]
		copyRows.fn(count, channels, c.IC, a[from:], to)
		if gain != nil {
			ChannelAffine(count, channels, false, to, gain[image*c.IC+from:], nil, to)
		}
	}
	t := tile{segs: g.segs, klen: count, ldc: c.OC, load: load}
	for p := panel; p < panel+g.panels; p++ {
		_, column, cols, _ := f.locate(p, k)
		t.b = c.packPixels(count, cols, dy[at*c.OC+column:], packed)
		for b := block; b < last; b++ {
			from, channels := c.channels(b)
			t.a, t.step = scratch[(b-block)*f.band*f.block():], channels
			if inPlace {
				t.a = a
			}
			k.multiply(t, channels, cols, g.rows, partial[from*c.OC+column:], spare)
		}
	}
}

// channels returns where a block of channels begins, and how many it has.
func (c *Conv) channels(block int) (from, n int) {
	size := c.weights.input.block()
	return block * size, min(size, c.IC-block*size)
}

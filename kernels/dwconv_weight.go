package kernels

// The gradient of the weights is a sum over all pixels of all images. It is cut into chunks of whole bands; each is
// one chain per weight, and the chunks are added in a tree, so that the rounding depends on the shape alone.
const (
	dwMaxChunks     = 64
	dwPartialFloats = 2 << 20 // for all chunks together, if there is more than one
	dwReduceFloats  = 1 << 12 // per task and chunk
)

func (d *DWConv) planChunks() {
	bands := d.N * d.forward.bands()
	limit := max(1, min(dwMaxChunks, dwPartialFloats/d.weights()))
	d.perChunk = dwCeilDiv(bands, limit)
	d.chunks = dwCeilDiv(bands, d.perChunk)
}

func (d *DWConv) weights() int { return d.KH * d.KW * d.C }

// GradWeightTasks returns the number of tasks of GradWeight.
func (d *DWConv) GradWeightTasks() int { return d.chunks * d.forward.blocks() }

// GradWeightScratch returns how many floats a worker of GradWeight needs.
func (d *DWConv) GradWeightScratch() int { return d.forward.scratch }

// GradWeightStored returns how many more it needs where dy is stored.
func (d *DWConv) GradWeightStored() int { return d.forward.band * d.OW() * min(d.forward.blockC, d.C) }

// PartialFloats returns the length of the partial sums that GradWeight writes and Reduce reads.
func (d *DWConv) PartialFloats() int { return d.chunks * d.weights() }

// GradWeight sums products of x [N, IH, IW, C] and the output's gradient dy [N, OH, OW, C] over one chunk of pixels
// and writes its part of partial, which needs no clearing. After all tasks Reduce makes the gradient of it.
func (d *DWConv) GradWeight(task int, x, dy, partial, scratch []float32) {
	d.GradWeightOf(task, Floats(x[:d.N*d.IH*d.IW*d.C]), Floats(dy[:d.N*d.OH()*d.OW()*d.C]), partial, scratch)
}

// GradWeightOf is GradWeight of an x and a dy that may be stored. A stored dy takes GradWeightStored floats of scratch more.
func (d *DWConv) GradWeightOf(task int, x, dy Numbers, partial, scratch []float32) {
	oh, ow := d.OH(), d.OW()
	partial = partial[:d.PartialFloats()]
	blocks, bands := d.forward.blocks(), d.N*d.forward.bands()
	chunk, block := task/blocks, task%blocks
	sums := partial[chunk*d.weights():][:d.weights()]
	for band := chunk * d.perChunk; band < min(bands, (chunk+1)*d.perChunk); band++ {
		t := d.forward.at(band*blocks + block)
		if band == chunk*d.perChunk {
			for tap := range d.KH * d.KW {
				clear(sums[tap*d.C+t.c0:][:t.c])
			}
		}
		d.copyInput(t, x, scratch)
		b, slope := d.band(t), dy.floats
		if dy.stored() {
			b.yRow, b.yCol, slope = ow*t.c, t.c, scratch[d.forward.scratch:]
			dy.from(t.n*oh*ow*d.C+t.c0).band(oh, ow, t.c, d.C, spread{1, 1}, t.row0, 0, t.rows, ow, slope)
		} else {
			slope = slope[(t.n*oh+t.row0)*ow*d.C+t.c0:]
		}
		dwWeight.fn(b, t.c, scratch, slope, sums[t.c0:])
	}
}

// ReduceTasks returns the number of tasks of Reduce.
func (d *DWConv) ReduceTasks() int { return dwCeilDiv(d.weights(), dwReduceFloats) }

// Reduce adds the chunks' sums to a part of the weights' gradient dw [KH, KW, C]: neighbours first, then pairs of
// pairs. It uses partial up.
func (d *DWConv) Reduce(task int, partial, dw []float32) {
	all := d.weights()
	begin := task * dwReduceFloats
	n := min(dwReduceFloats, all-begin)
	partial, dw = partial[:d.PartialFloats()], dw[:all][begin:][:n]
	chunk := func(i int) []float32 { return partial[i*all+begin:][:n] }
	for width := 1; width < d.chunks; width *= 2 {
		for i := 0; i+width < d.chunks; i += 2 * width {
			dwAdd(chunk(i+width), chunk(i))
		}
	}
	dwAdd(chunk(0), dw)
}

func dwAdd(x, y []float32) {
	for i, v := range x {
		y[i] += v
	}
}

package predict

import (
	"tessera/internal/parallel"
	"tessera/kernels"
	"tessera/nn/decoder"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/tensor"
)

// A caster turns batches of network inputs into probabilities, of one view or of several.
type caster struct {
	model     decoder.Model
	precision kernels.Precision
	task      metric.Task
	views     []View // none: the picture as it is
	merge     Merge
	mean, std []float32 // of the input's channels: views of colours are defined on samples in [0, 1]

	programs []*program // the last used first
	blend    blend
	input    []float32
	classes  int

	said, scratch []float32 // what the classification head says of the last batch, [N, labels]; empty without one
}

// maxPrograms is how many shapes of batches stay recorded, each with the memory of its activations.
const maxPrograms = 8

// free gives the memory of the programs back.
func (e *caster) free() {
	for _, g := range e.programs {
		g.tape.Free()
	}
	e.programs = nil
}

// program returns the model recorded for a shape.
func (e *caster) program(s tensor.Shape) (*program, error) {
	for i, g := range e.programs {
		if g.images.Shape == s {
			copy(e.programs[1:i+1], e.programs[:i])
			e.programs[0] = g
			return g, nil
		}
	}
	if len(e.programs) == maxPrograms {
		e.programs[maxPrograms-1].tape.Free()
		e.programs = e.programs[:maxPrograms-1]
	}
	g, err := newProgram(e.precision, e.model, s, e.task)
	if err != nil {
		return nil, err
	}
	e.programs = append([]*program{g}, e.programs...)
	e.classes = g.classes()
	return g, nil
}

// run returns the probabilities [N, H, W, classes] of a batch [N, H, W, C]; they are valid until the next run.
func (e *caster) run(images []float32, n, h, w, c int) ([]float32, error) {
	if len(e.views) == 0 {
		g, err := e.program(tensor.Dims(n, h, w, c))
		if err != nil {
			return nil, err
		}
		g.run(images)
		e.hear(true, g)
		return g.logits.Value(), nil
	}
	for i, v := range e.views {
		if err := e.view(i == 0, v, images, n, h, w, c); err != nil {
			return nil, err
		}
	}
	e.heard(len(e.views))
	return e.blend.mean(), nil
}

// view adds what one view of a batch sees. Views come one after the other, each a forward pass of the whole batch, so
// that n views cost n times what one costs, whatever the batch is.
func (e *caster) view(first bool, v View, images []float32, n, h, w, c int) error {
	sh, sw := v.size(h, w)
	th, tw := v.Turn.Size(sh, sw)
	g, err := e.program(tensor.Dims(n, th, tw, c))
	if err != nil {
		return err
	}
	size := th * tw * c
	e.input = grown(e.input, n*size)
	parallel.For(n, func(i, _ int) {
		e.look(v, images[i*h*w*c:][:h*w*c], h, w, c, e.input[i*size:][:size])
	})
	if e.merge == LogitsMerge {
		g.infer(e.input)
	} else {
		g.run(e.input)
	}
	e.hear(first, g)
	if first {
		e.blend.merge, e.blend.flags = e.merge, e.task.Flags()
		e.blend.reset(n, h, w, g.classes())
	}
	y, x, ch, cw := v.Crop.window(h, w)
	e.blend.saw(y, x, ch, cw)
	turn, values := v.Turn, make([][]float32, n)
	for i := range values {
		values[i] = g.probabilities(i).Pix
	}
	if sh != ch || sw != cw {
		parallel.For(n, func(i, _ int) {
			straight := raster.NewFloat(sh, sw, g.classes())
			turn.Inverse().turn(th, tw, straight.C, values[i], straight.Pix)
			values[i] = raster.ResizeFloat(straight, ch, cw).Pix
		})
		turn = Symmetry{}
	}
	e.blend.add(y, x, ch, cw, turn, values)
	return nil
}

// look writes what a view shows the model of an h×w picture.
func (e *caster) look(v View, picture []float32, h, w, c int, dst []float32) {
	p := &raster.Float{H: h, W: w, C: c, Pix: picture}
	if v.Crop.Place != 0 {
		p = p.Crop(v.Crop.window(h, w))
	}
	if sh, sw := v.size(h, w); sh != p.H || sw != p.W {
		p = raster.ResizeFloat(p, sh, sw)
	}
	v.Turn.turn(p.H, p.W, c, p.Pix, dst)
	e.paint(v, c, dst)
}

// paint changes the colours of a normalised picture: (s·multiply + add)^gamma for samples s in [0, 1]. Without gamma samples may
// leave that range; with gamma they are kept within.
func (e *caster) paint(v View, c int, pix []float32) {
	if v.Add == 0 && v.Multiply == 0 && v.Gamma == 0 {
		return
	}
	multiply, gamma := v.Multiply, v.Gamma
	if multiply == 0 {
		multiply = 1
	}
	scratch := make([]float32, len(pix)/c)
	for k := range c {
		mean, std := e.normal(k)
		for i := range scratch {
			s := float32(pix[i*c+k]*std) + mean
			scratch[i] = float32(s*float32(multiply)) + float32(v.Add)
		}
		if gamma != 0 {
			power(float32(gamma), scratch)
		}
		for i, s := range scratch {
			pix[i*c+k] = (s - mean) / std
		}
	}
}

func (e *caster) normal(channel int) (mean, std float32) {
	mean, std = 0, 1
	if len(e.mean) > 0 {
		mean = e.mean[channel]
	}
	if len(e.std) > 0 {
		std = e.std[channel]
	}
	return mean, std
}

// power raises samples, brought into [0, 1], to an exponent.
func power(gamma float32, s []float32) {
	for i, v := range s {
		s[i] = min(max(v, smallestP), 1)
	}
	kernels.Log(s, s)
	kernels.Scale(gamma, s, s)
	kernels.Exp(s, s)
}

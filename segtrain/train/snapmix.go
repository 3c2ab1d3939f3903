package train

import (
	"errors"
	"math"

	"tessera/autograd"
	"tessera/kernels"
	"tessera/nn/decoder"
	"tessera/segtrain/augment"
	"tessera/segtrain/data"
	"tessera/tensor"
)

// A look is what the classification head of a model sees where in a batch before it is mixed, for SnapMix. It is taken in inference,
// by the weights as they are before the step, and changes nothing.
//
// Maps of logits [N, h, w, classes] become activation as the paper's code has it: less the smallest of the picture and class,
// and enlarged bilinearly. A part of it is relative to all of the picture's; where a map is the same everywhere, that of the area.
type look struct {
	tape          *autograd.Tape
	images, maps  *autograd.Var
	rows, columns float64 // of the maps that show the pictures
	aux           *Aux
	truth         []uint8 // what the pictures show, [N, classes]
}

// A mapped model says where it sees what.
type mapped interface {
	ActivationMaps(t *autograd.Tape, x *autograd.Var) (maps *autograd.Var, rows, columns float64)
}

// RecordLook records what SnapMix asks a model about pictures x before it mixes them, for a forecast of its memory.
func RecordLook(t *autograd.Tape, m decoder.Model, x *autograd.Var) (maps *autograd.Var, rows, columns float64) {
	maps, rows, columns = m.(mapped).ActivationMaps(t, x)
	return t.Output(maps), rows, columns
}

// newLook returns what SnapMix needs, nil for none.
func (t *Trainer) newLook() (*look, error) {
	if !augment.Snaps(t.Mix) {
		return nil, nil
	}
	_, ok := t.Model.(mapped)
	if !ok || t.Heads.Aux == nil || !t.Heads.Aux.Shares {
		return nil, errors.New("SnapMix wants a model with a classification head that learns shares of labels")
	}
	h, w, c := t.Train.Shape()
	return lookOf(t.Precision, t.Model, t.Heads.Aux, tensor.Dims(t.Batch, h, w, c))
}

// lookOf returns a look at pictures of a shape.
func lookOf(precision kernels.Precision, m decoder.Model, aux *Aux, pictures tensor.Shape) (*look, error) {
	k := &look{tape: autograd.NewTape(autograd.Inference), aux: aux}
	k.tape.Precision = precision
	k.truth = make([]uint8, pictures.Dim(0)*len(aux.Classes))
	err := autograd.Catch(func() {
		k.images = k.tape.Input(pictures)
		k.maps, k.rows, k.columns = RecordLook(k.tape, m, k.images)
	})
	if err != nil {
		return nil, err
	}
	return k, k.tape.Plan()
}

func (k *look) free() {
	if k != nil {
		k.tape.Free()
	}
}

// weigh tells the classification head how much of what the pictures of a batch show is left.
func (k *look) weigh(s *Step, b *data.Batch) {
	if k == nil || !snapped(b.Snaps) {
		return
	}
	k.images.Set(b.FromImages)
	k.tape.Forward()
	k.aux.label(b.IDs, b.FromMasks, k.truth)
	_, h, w, _ := k.images.Shape.NHWC()
	n := len(k.aux.Classes)
	for i, snap := range b.Snaps {
		if snap.Other < 0 {
			continue
		}
		j := snap.Other
		covered, shown := k.weights(snap.Covered, h, w), k.weights(snap.Shown, h, w)
		for class := range n {
			at := i*n + class
			mine, others := k.truth[at], k.truth[j*n+class]
			if mine == Unknown || others == Unknown {
				s.truth.Indices[at] = Unknown
				continue
			}
			var left float64
			if mine == 1 {
				left = 1 - k.part(i, class, covered)
			}
			if others == 1 {
				left += k.part(j, class, shown)
			}
			s.truth.Indices[at], s.share.Data[at] = 1, float32(min(left, 1))
		}
	}
}

func snapped(snaps []augment.Snap) bool {
	for _, s := range snaps {
		if s.Other >= 0 {
			return true
		}
	}
	return false
}

// A boxed is what a box takes of the rows and columns of maps that are enlarged to a picture, and what the whole picture takes.
type boxed struct {
	rows, columns       []float64
	allRows, allColumns []float64
	area                float64 // of the box, as part of the picture
}

func (k *look) weights(box augment.Box, h, w int) boxed {
	_, mh, mw, _ := k.maps.Shape.NHWC()
	return boxed{
		taken(box.Y0, box.Y1, h, mh, k.rows), taken(box.X0, box.X1, w, mw, k.columns),
		taken(0, h, h, mh, k.rows), taken(0, w, w, mw, k.columns),
		float64(box.Pixels()) / float64(h*w),
	}
}

// taken returns the sums of the weights that pixels from begin to end of a side give to n places of a map, the first of which show
// the side's pixels, when the map is enlarged bilinearly.
func taken(begin, end, side, n int, first float64) []float64 {
	last := int(math.Ceil(first)) - 1
	sums := make([]float64, n)
	for i := begin; i < end; i++ {
		at := min(max(float64((float64(i)+0.5)*first)/float64(side)-0.5, 0), float64(last))
		one := int(at)
		rest := at - float64(one)
		sums[one] += 1 - rest
		if one < last {
			sums[one+1] += rest
		}
	}
	return sums
}

// part returns the part of the activation of a class in picture i that is in a box.
func (k *look) part(i, class int, box boxed) float64 {
	_, mh, mw, n := k.maps.Shape.NHWC()
	maps := k.maps.Value()[i*mh*mw*n:]
	least := math.Inf(1)
	each := func(visit func(y, x int, v float64)) {
		for y := range int(math.Ceil(k.rows)) {
			for x := range int(math.Ceil(k.columns)) {
				visit(y, x, float64(maps[(y*mw+x)*n+class]))
			}
		}
	}
	each(func(_, _ int, v float64) { least = min(least, v) })
	var in, all float64
	each(func(y, x int, v float64) {
		in += float64((v - least) * float64(box.rows[y]*box.columns[x]))
		all += float64((v - least) * float64(box.allRows[y]*box.allColumns[x]))
	})
	if share := min(in/all, 1); share >= 0 {
		return share
	}
	return box.area // of an even map, or one that is not finite
}

package train

import (
	"tessera/autograd"
	"tessera/nn/decoder"
	"tessera/nn/loss"
	"tessera/segtrain/metric"
	"tessera/tensor"
)

// Heads are what trains beside a model's masks; the zero Heads are nothing.
type Heads struct {
	Deep *decoder.DeepHeads // deep supervision; nil for none
	Aux  *Aux               // the classification head; nil if it does not learn
}

// An Aux says how the classification head of a model learns which classes a picture shows: by the binary cross-entropy of
// each class, the mean over those that are known.
type Aux struct {
	Weight  float32  // of its loss, beside 1 for that of the masks
	Classes []string // that the head tells

	// Known returns what the picture of a record shows: for each class 0, 1 or Unknown, nil for
	// Unknown throughout. Without Known that is made from the mask.
	Known    func(id string) []uint8
	MinShare float64 // part of the pixels that count which a class must have to be there; one pixel at least
	Ignore   int     // label in masks that does not count
	Flags    bool    // masks hold 0 or 1 for each pixel and class, not class indices

	// Shares is for pictures that SnapMix mixes, which show a class in part. Such a picture shows a class with a weight from
	// 0 to 1, its target: where the picture itself showed it, the part of its activation that is not covered, and to that, where
	// the other picture shows it, the part of the other's that is taken along; 1 if the sum is more. What both pictures show
	// is known as far as it is of both. Activation is that of the class in the maps of the head (see look).
	Shares bool
}

// Unknown is the label of a class that nothing is known about.
const Unknown = 255

// all is a model and its heads as one, named as a snapshot names them.
type all struct {
	Model decoder.Model      `name:""`
	Deep  *decoder.DeepHeads `name:""`
}

// With returns a model together with the heads that learn, for an optimizer and for snapshots. Checkpoints hold the model
// alone.
func (h Heads) With(m decoder.Model) any {
	if h.Deep == nil {
		return m
	}
	return &all{m, h.Deep}
}

// A spoken model says more than masks.
type spoken interface {
	ForwardAll(t *autograd.Tape, x *autograd.Var, deep *decoder.DeepHeads) decoder.Outputs
}

// A recorded model is what a tape has of a model, its heads and the loss.
type recorded struct {
	masks  *autograd.Var  // logits
	labels *autograd.Var  // logits of the classification head, nil for none
	truth  *tensor.Tensor // what labels should be, nil for none
	share  *tensor.Tensor // how much of what they should be, nil for all
	loss   *autograd.Var  // nil for none
}

// record records a model on pictures x, and its loss unless l is nil. In inference the inner stages have no say.
func (h Heads) record(t *autograd.Tape, m decoder.Model, x *autograd.Var, l loss.Loss, target autograd.Target) recorded {
	return h.judge(t, h.say(t, m, x), l, target)
}

// say records a model on pictures x.
func (h Heads) say(t *autograd.Tape, m decoder.Model, x *autograd.Var) decoder.Outputs {
	if t.Mode == autograd.Inference {
		h.Deep = nil
	}
	if h == (Heads{}) {
		return decoder.Outputs{Masks: []*autograd.Var{m.Forward(t, x)}}
	}
	return m.(spoken).ForwardAll(t, x, h.Deep)
}

// judge records the loss of what a model says, unless l is nil.
func (h Heads) judge(t *autograd.Tape, out decoder.Outputs, l loss.Loss, target autograd.Target) recorded {
	if t.Mode == autograd.Inference {
		h.Deep = nil
	}
	r := recorded{masks: out.Masks[0]}
	if l != nil {
		r.loss = h.maskLoss(t, l, out.Masks, target)
	}
	if h.Aux == nil {
		return r
	}
	r.labels, r.truth = out.Labels, t.Labels(out.Labels.Shape)
	shown := autograd.NewTarget(r.truth)
	if h.Aux.Shares && t.Mode == autograd.Training {
		r.share = tensor.New(tensor.Float32, out.Labels.Shape)
		shown.Mixed, shown.Share = t.Labels(out.Labels.Shape), r.share // what is not there is 0
	}
	if l != nil {
		r.loss = autograd.WeightedSum(t, []float32{1, h.Aux.Weight}, r.loss,
			autograd.BCE(t, r.labels, shown, Unknown, 0, nil, nil))
	}
	return r
}

func (h Heads) maskLoss(t *autograd.Tape, l loss.Loss, masks []*autograd.Var, target autograd.Target) *autograd.Var {
	if h.Deep == nil {
		return l.Forward(t, masks[0], target)
	}
	return loss.Deep{Loss: l}.Forward(t, masks, target)
}

// Record records the loss of a training step with class indices as target, to look at what it costs.
func (h Heads) Record(t *autograd.Tape, m decoder.Model, x *autograd.Var, l loss.Loss, labels *tensor.Tensor) *autograd.Var {
	return t.Output(h.record(t, m, x, l, autograd.NewTarget(labels)).loss)
}

// label writes what the pictures of a batch show to truth [N, 1, 1, classes].
func (a *Aux) label(ids []string, masks []uint8, truth []uint8) {
	n := len(ids)
	pixels := len(masks) / n
	for i, id := range ids {
		to := truth[i*len(a.Classes):][:len(a.Classes)]
		if a.Known != nil {
			if copy(to, a.Known(id)) == 0 {
				fillBytes(to, Unknown)
			}
			continue
		}
		if a.Flags {
			a.presentFlags(masks[i*pixels:][:pixels], to)
			continue
		}
		a.present(masks[i*pixels:][:pixels], to)
	}
}

func fillBytes(x []uint8, v uint8) {
	for i := range x {
		x[i] = v
	}
}

// present tells which classes a mask of class indices shows. Where no pixel counts, nothing is known.
func (a *Aux) present(mask []uint8, to []uint8) {
	var pixels [256]int
	for _, class := range mask {
		pixels[class]++
	}
	counted := len(mask)
	if a.Ignore >= 0 && a.Ignore < len(pixels) {
		counted -= pixels[a.Ignore]
	}
	least := max(1, a.MinShare*float64(counted))
	for class := range to {
		switch {
		case counted == 0:
			to[class] = Unknown
		case float64(pixels[class]) >= least:
			to[class] = 1
		default:
			to[class] = 0
		}
	}
}

// presentFlags tells which classes a mask of flags shows. Where no pixel counts for a class, nothing is known of it.
func (a *Aux) presentFlags(mask []uint8, to []uint8) {
	n := len(to)
	there, counted := make([]int, n), make([]int, n)
	for i, flag := range mask {
		if int(flag) != a.Ignore {
			counted[i%n]++
			there[i%n] += int(flag)
		}
	}
	for class := range to {
		switch {
		case counted[class] == 0:
			to[class] = Unknown
		case float64(there[class]) >= max(1, a.MinShare*float64(counted[class])):
			to[class] = 1
		default:
			to[class] = 0
		}
	}
}

// see counts what the head says of a batch, given its logits.
func (a *Aux) see(p *metric.Presence, logits []float32, truth []uint8) {
	for i, t := range truth {
		if t != Unknown {
			p.Add(i%len(a.Classes), t == 1, logits[i] > 0)
		}
	}
}

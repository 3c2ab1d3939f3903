package train

import "tessera/nn"

// A Freeze keeps a part of the model from learning: for some steps, or for the whole run. Its batch norms keep their
// statistics as long (see nn.Freeze). The optimizer should be made while nothing is frozen, and know when the part begins to
// learn (optim.Factors), unless it never does.
type Freeze struct {
	Part  any // of the model; nil for none
	Steps int // 0: for the whole run

	undo func()
}

// begin freezes the part if it is not to learn at a step.
func (f *Freeze) begin(step int) {
	if f.Part != nil && (f.Steps == 0 || step < f.Steps) {
		f.undo = nn.Freeze(f.Part)
	}
}

// thaw lets the part learn.
func (f *Freeze) thaw() {
	if f.undo != nil {
		f.undo()
		f.undo = nil
	}
}

// unfreeze lets the frozen part learn from a step on, if that is the time, with another Step for it.
func (t *Trainer) unfreeze(step **Step, now int) error {
	if t.Freeze.undo == nil || t.Freeze.Steps == 0 || now < t.Freeze.Steps {
		return nil
	}
	t.Freeze.thaw()
	(*step).Free()
	fresh, err := t.newStep()
	if err != nil {
		return err
	}
	*step = fresh
	return nil
}

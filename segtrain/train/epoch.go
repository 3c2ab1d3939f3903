package train

import (
	"fmt"
)

// endEpoch validates, keeps the weights if they are the best or to stay, and writes a snapshot. That comes last: a run
// that is killed before it does and reports all of the epoch again, and one that is killed after it has
// reported everything; but checkpoints that drop out are removed when no snapshot knows them. With an EMA it is the averaged weights that are judged and kept, as in timm.
func (t *Trainer) endEpoch(p *Progress) error {
	perEpoch := t.stepsPerEpoch()
	event := EpochEvent{Epoch: (p.Step-1)/perEpoch + 1, Step: p.Step, Seconds: p.Seconds, Wait: t.waited}
	t.waited = 0
	event.TrainLoss = p.EpochLoss / float64((p.Step-1)%perEpoch+1)
	validate := t.Val != nil && (event.Epoch%max(1, t.ValEvery) == 0 || p.Step == t.Steps)
	var err error
	if event.Evaluation, err = t.validate(validate, event.Epoch); err != nil {
		return err
	}
	if t.ema == nil {
		err = t.settle(p, &event, event.Evaluation)
	} else {
		err = t.endEpochEMA(p, &event, validate)
	}
	if err != nil {
		return err
	}
	if p.Step%perEpoch == 0 { // and not the end of the run within an epoch
		p.EpochLoss = 0
	}
	if err := t.save(t.path(t.Last)); err != nil {
		return err
	}
	if err := t.Observe.Epoch(event); err != nil {
		return err
	}
	if err := t.snapshot(*p); err != nil {
		return err
	}
	return t.dropOut(*p)
}

// settle judges the weights of an epoch by their validation, which is nil for none, and writes what is to stay of them.
func (t *Trainer) settle(p *Progress, event *EpochEvent, result *Evaluation) error {
	if err := t.judge(p, event, result); err != nil {
		return err
	}
	return t.keepEpoch(p, event, result)
}

// validate evaluates the weights if that is wanted, and returns nil if not.
func (t *Trainer) validate(wanted bool, epoch int) (*Evaluation, error) {
	if !wanted {
		return nil, nil
	}
	result, err := t.Eval.Run(t.Val, nil)
	if err != nil {
		return nil, fmt.Errorf("validation after epoch %d: %w", epoch, err)
	}
	return result, nil
}

// judge tells the plateau and the best of the epochs of a validation, unless it is nil, and writes the weights if they are
// the best.
func (t *Trainer) judge(p *Progress, event *EpochEvent, result *Evaluation) error {
	if result != nil {
		if t.Plateau != nil {
			t.Plateau.Observe(t.Watch(result))
			p.Plateau = new(t.Plateau.State())
		}
		score := t.scored(result)
		if p.BestEpoch == 0 || score > p.Best {
			p.Best, p.BestEpoch, event.Best = score, event.Epoch, true
		}
	}
	if t.Val == nil {
		p.BestEpoch, event.Best = event.Epoch, true
	}
	if !event.Best {
		return nil
	}
	return t.save(t.path(t.Best))
}

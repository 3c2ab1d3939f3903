package nn

import "tessera/autograd"

// Freeze keeps a part of a model from learning: its parameters get no gradient from tapes recorded from now on, and its
// batch norms keep their running statistics and use them, in training too. That is freeze_encoder of
// segmentation_models_pytorch. thaw ends it; what was frozen before stays so.
func Freeze(part any) (thaw func()) {
	var list []*autograd.Param
	Walk(part, func(_ string, e Entry) {
		if e.Param != nil && !e.Param.Frozen {
			e.Param.Frozen = true
			list = append(list, e.Param)
		}
	})
	return func() {
		for _, p := range list {
			p.Frozen = false
		}
	}
}

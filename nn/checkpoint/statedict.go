package checkpoint

import (
	"slices"
	"strings"
)

// wrappers are the keys under which training checkpoints keep a model's weights, the one to take first; the moving
// average before the weights that it is the average of.
var wrappers = []string{
	"state_dict_ema", "model_ema", "ema_state_dict", "ema", "state_dict", "model_state_dict", "model_state", "model",
	"net", "network", "weights", "params", "module", "_orig_mod",
}

// StateDict returns the weights in a training checkpoint under their own names: what is below the keys that wrap them,
// such as state_dict and module, without what lies beside, such as an optimizer. A plain state dict stays as it is.
func StateDict(entries []Entry) []Entry {
	for range maxDepth {
		below := unwrap(entries)
		if below == nil {
			break
		}
		entries = below
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool {
		return strings.HasPrefix(e.Name, "optimizer.")
	})
}

// companions are words in the keys beside weights that may be left out.
var companions = []string{"optim", "sched", "scaler", "ema", "amp", "rng", "state_dict", "model", "loss", "callback"}

// unwrap returns what is below the first of the wrappers that is there, if nothing but companions is beside it; nil if
// there is none.
func unwrap(entries []Entry) []Entry {
	for _, w := range wrappers {
		var below []Entry
		alone := true
		for _, e := range entries {
			key, name, _ := strings.Cut(e.Name, ".")
			if key == w && name != "" {
				e.Name = name
				below = append(below, e)
				continue
			}
			alone = alone && slices.ContainsFunc(companions, func(c string) bool { return strings.Contains(key, c) })
		}
		if below != nil && alone {
			return below
		}
	}
	return nil
}

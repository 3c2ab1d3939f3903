package checkpoint

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStateDict(t *testing.T) {
	for _, tt := range []struct {
		name     string
		in, want []string
	}{
		{"plain", []string{"encoder.w", "decoder.w"}, []string{"encoder.w", "decoder.w"}},
		{"Lightning", []string{"state_dict.model.encoder.w", "optimizer_states.0.state.0.step"}, []string{"encoder.w"}},
		{"DataParallel", []string{"module.encoder.w", "module.decoder.w"}, []string{"encoder.w", "decoder.w"}},
		{"average first", []string{"state_dict.w", "state_dict_ema.w", "optimizer.state.0.step"}, []string{"w"}},
		{"compiled", []string{"model_state_dict._orig_mod.w", "scheduler.w"}, []string{"w"}},
		{"a network with a part of that name", []string{"net.w", "head.w"}, []string{"net.w", "head.w"}},
		{"own state", []string{"encoder.w", "optimizer.m.0"}, []string{"encoder.w"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var list []Entry
			for _, name := range tt.in {
				list = append(list, NewFloat32s(name, nil, []float32{float32(len(name))}))
			}
			assert.Equal(t, tt.want, names(StateDict(list)))
			assert.Equal(t, tt.in, names(list), "the input stays")
		})
	}
	list := []Entry{NewFloat32s("state_dict.w", nil, []float32{1}), NewFloat32s("state_dict_ema.w", nil, []float32{2})}
	values, err := StateDict(list)[0].Float32s()
	assert.NoError(t, err)
	assert.Equal(t, []float32{2}, values)
}

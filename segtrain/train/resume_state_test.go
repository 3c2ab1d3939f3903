package train

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/kernels"
	"tessera/nn"
	"tessera/optim"
)

// withLookahead gives a run an optimizer whose slow weights and count of steps a snapshot has to hold.
func withLookahead(tr *Trainer) {
	params := nn.Params(tr.Model)
	tr.Optimizer = optim.NewLookahead(optim.NewNAdam(params, optim.DefaultNAdam), params,
		optim.LookaheadOptions{K: 3, Alpha: 0.5})
}

// withPlateau gives a run a schedule that reduces the rate whenever the loss does not rise.
func withPlateau(tr *Trainer) {
	tr.Plateau = optim.NewPlateau(1e-2, optim.PlateauOptions{Max: true, Factor: 0.5, Threshold: 1e-4})
	tr.Schedule = optim.Warmup(2, tr.Plateau.Rate)
	tr.Watch = func(e *Evaluation) float64 { return e.Loss }
}

// withHalves stores activations and files of weights in 16 bits.
func withHalves(tr *Trainer) { tr.Precision, tr.WeightsType = kernels.Float16, "fp16" }

// TestKilledWithStateEndsTheSame kills runs with every kind of state after each step.
func TestKilledWithStateEndsTheSame(t *testing.T) {
	killed := errors.New("killed")
	for name, with := range map[string]func(*Trainer){"lookahead": withLookahead, "plateau": withPlateau, "averages": withAverages,
		"halves": withHalves} {
		t.Run(name, func(t *testing.T) {
			fresh := func(dir string) *Trainer {
				tr := newTrainer(t, dir)
				with(tr)
				return tr
			}
			want := t.TempDir()
			wantP, wantW := finish(t, fresh(want), false)
			for k := 1; k < steps; k++ {
				dir := t.TempDir()
				tr := fresh(dir)
				tr.SnapshotEvery = 1
				if k%2 == 0 {
					tr.SnapshotEvery = time.Hour // after epochs only
				}
				tr.Observe.(*watch).step = func(e StepEvent) error {
					if e.Step == max(k, 3)+1 {
						return killed
					}
					return nil
				}
				_, err := tr.Run(context.Background(), false)
				require.Equal(t, killed, err)
				gotP, w := finish(t, fresh(dir), true)
				sameEnd(t, want, dir, wantP, gotP)
				if name == "averages" {
					assert.Equal(t, read(t, want, "ema.safetensors"), read(t, dir, "ema.safetensors"))
					assert.Equal(t, read(t, want, "swa.safetensors"), read(t, dir, "swa.safetensors"))
				}
				for _, s := range w.steps {
					assert.Equal(t, wantW.steps[s.Step-1].LR, s.LR, "step %d", s.Step)
				}
			}
			if name == "halves" {
				plain := t.TempDir()
				_, plainW := finish(t, newTrainer(t, plain), false)
				assert.Equal(t, plainW.steps[0].Loss, wantW.steps[0].Loss, "the forward pass computes in float32")
				assert.NotEqual(t, plainW.steps[0].GradNorm, wantW.steps[0].GradNorm)
				assert.InEpsilon(t, plainW.steps[0].GradNorm, wantW.steps[0].GradNorm, 1e-2)
				assert.Less(t, len(read(t, want, "last.safetensors")), len(read(t, plain, "last.safetensors"))*2/3)
			}
			if name == "plateau" {
				assert.Less(t, wantW.steps[steps-1].LR, 1e-2, "the rate was reduced")
				assert.NotNil(t, wantP.Plateau)
			}
		})
	}
}

func TestResumeWithAnotherSchedule(t *testing.T) {
	dir, _, _ := whole(t)
	tr := newTrainer(t, dir)
	withPlateau(tr)
	_, err := tr.Run(context.Background(), true)
	assert.ErrorContains(t, err, "was it trained with another schedule?")
}

func TestResumeWithAnotherOptimizersLookahead(t *testing.T) {
	dir, _, _ := whole(t)
	tr := newTrainer(t, dir)
	withLookahead(tr)
	_, err := tr.Run(context.Background(), true)
	assert.ErrorContains(t, err, "missing: optimizer.slow.0")
}

// TestStepClipsByValue compares steps of plain descent: none moves a parameter further than the limit.
func TestStepClipsByValue(t *testing.T) {
	images, masks := scene(side)
	const limit = 1e-4
	moved := func(clip float64) (largest float64) {
		m := newTiny(8)
		s := newStep(t, m, 0)
		s.optimizer, s.ClipValue = optim.NewSGD(nn.Params(m), optim.SGDOptions{}), clip
		_, _, err := s.Run(0, 1, images, masks)
		require.NoError(t, err)
		before := newTiny(8).Head.Weight.Value.Data
		for i, v := range m.Head.Weight.Value.Data {
			largest = max(largest, float64(before[i]-v))
		}
		return largest
	}
	assert.Greater(t, moved(0), 2*limit)
	assert.InDelta(t, limit, moved(limit), 1e-7)
}

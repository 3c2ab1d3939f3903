package decoder_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/decoder"
	"tessera/tensor"
)

func newSmallUnet(t testing.TB) *decoder.Unet {
	t.Helper()
	rng := nn.NewRand(1)
	u, err := decoder.NewUnet(rng, newStem(rng), decoder.UnetOptions{Classes: 3, Channels: []int{8, 5}})
	require.NoError(t, err)
	return u
}

// picture returns noise that depends on key.
func picture(key uint64, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(autograd.Uniform(key, uint64(i))) - 0.5
	}
	return x
}

func ExamplePredictor() {
	rng := nn.NewRand(1)
	u, err := decoder.NewUnet(rng, newStem(rng), decoder.UnetOptions{Classes: 2, Channels: []int{8, 5}})
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := decoder.NewPredictor(u, tensor.Dims(1, 32, 48, 3))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer p.Free()
	logits := make([]float32, p.Logits().Size())
	if err := p.Run(make([]float32, p.Images().Size()), logits); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Images(), "to", p.Logits())
	// Output: 1×32×48×3 to 1×32×48×2
}

// TestPredictorIsTheModel compares with a tape, for one program and several, alone and from many goroutines.
func TestPredictorIsTheModel(t *testing.T) {
	const calls = 12
	u, s := newSmallUnet(t), tensor.Dims(2, 37, 70, 3)
	tape := autograd.NewTape(autograd.Inference)
	x := tape.Input(s)
	y := tape.Output(u.Forward(tape, x))
	require.NoError(t, tape.Plan())
	defer tape.Free()
	var want [calls][]float32
	for i := range want {
		copy(x.Value(), picture(uint64(i), s.Size()))
		tape.Forward()
		want[i] = append(want[i], y.Value()...)
	}

	p, err := decoder.NewPredictor(u, s)
	require.NoError(t, err)
	defer p.Free()
	one := p.Bytes()
	for _, programs := range []int{1, 3} {
		require.NoError(t, p.Reserve(programs))
		assert.Equal(t, int64(programs)*one, p.Bytes())
		var got [calls][]float32
		var errs [calls]error
		var running sync.WaitGroup
		for i := range calls {
			got[i] = make([]float32, p.Logits().Size())
			running.Go(func() {
				for range 3 {
					errs[i] = p.Run(picture(uint64(i), s.Size()), got[i])
				}
			})
		}
		running.Wait()
		for i := range calls {
			require.NoError(t, errs[i])
			assert.Equal(t, want[i], got[i], "%d programs, call %d", programs, i)
		}
	}
}

func TestPredictorDoesNotAllocate(t *testing.T) {
	p, err := decoder.NewPredictor(newSmallUnet(t), tensor.Dims(1, 32, 32, 3))
	require.NoError(t, err)
	defer p.Free()
	require.NoError(t, p.Reserve(2))
	images, logits := picture(1, p.Images().Size()), make([]float32, p.Logits().Size())
	assert.Zero(t, testing.AllocsPerRun(20, func() { err = p.Run(images, logits) }))
	assert.NoError(t, err)
}

func TestPredictorErrors(t *testing.T) {
	u := newSmallUnet(t)
	_, err := decoder.NewPredictor(u, tensor.Dims(1, 32, 32, 4))
	assert.ErrorContains(t, err, "the model cannot take pictures of 1×32×32×4: conv of ")

	p, err := decoder.NewPredictor(u, tensor.Dims(1, 8, 8, 3))
	require.NoError(t, err)
	images, logits := make([]float32, 192), make([]float32, 192)
	assert.EqualError(t, p.Run(images[:191], logits),
		"a predictor of 1×8×8×3: 191 numbers of pictures and 192 of logits given, want 192 and 192")
	assert.ErrorContains(t, p.Run(images, logits[:5]), "192 numbers of pictures and 5 of logits given")
	require.NoError(t, p.Run(images, logits))
	p.Free()
	p.Free()
	assert.EqualError(t, p.Run(images, logits), "the predictor was freed")
	assert.EqualError(t, p.Reserve(2), "the predictor was freed")
	assert.Zero(t, p.Bytes())
}

// TestPredictorFreedAtWork frees while calls run and wait: they end, with a result or the error.
func TestPredictorFreedAtWork(t *testing.T) {
	p, err := decoder.NewPredictor(newSmallUnet(t), tensor.Dims(1, 64, 64, 3))
	require.NoError(t, err)
	var running sync.WaitGroup
	for range 4 {
		running.Go(func() {
			images, logits := make([]float32, p.Images().Size()), make([]float32, p.Logits().Size())
			for p.Run(images, logits) == nil {
			}
		})
	}
	time.Sleep(5 * time.Millisecond)
	p.Free()
	running.Wait()
}

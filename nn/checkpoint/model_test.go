package checkpoint

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/internal/kerneltest"
	"tessera/nn"
)

// model has every kind of entry.
type model struct {
	Conv  *nn.Conv2D          `name:"conv"`
	Depth *nn.DepthwiseConv2D `name:"depth"`
	BN    *nn.BatchNorm       `name:"bn"`
	Head  []any               `name:"head"`
}

// newModel makes a model with a head of so many classes, in which every number differs from its neighbours.
func newModel(classes int) *model {
	rng := nn.NewRand(1)
	m := &model{
		Conv:  nn.NewConv2D(rng, 2, 3, nn.ConvOptions{Kernel: 3}),
		Depth: nn.NewDepthwiseConv2D(rng, 3, nn.ConvOptions{Kernel: 5}),
		BN:    nn.NewBatchNorm(3, 1e-5, 0.1, autograd.Identity),
		Head:  []any{nn.NewConv2D(rng, 3, classes, nn.ConvOptions{Kernel: 1, BiasInit: nn.Zero})},
	}
	key := uint64(0)
	nn.Walk(m, func(_ string, e nn.Entry) {
		key++
		switch {
		case e.Param != nil:
			copy(e.Param.Value.Data, kerneltest.Floats(key, len(e.Param.Value.Data)))
		case e.Buffer != nil:
			copy(e.Buffer.Data, kerneltest.Floats(key, len(e.Buffer.Data)))
		default:
			*e.Counter = 1<<40 + 3
		}
	})
	return m
}

func TestModelRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	want, got := newModel(4), newModel(4)
	require.NoError(t, Save(path, want, map[string]string{"epoch": "3"}))
	nn.Walk(got, func(_ string, e nn.Entry) {
		switch {
		case e.Param != nil:
			clear(e.Param.Value.Data)
		case e.Buffer != nil:
			clear(e.Buffer.Data)
		default:
			*e.Counter = 0
		}
	})
	require.NotEqual(t, Entries(want), Entries(got))
	require.NoError(t, Load(path, got))
	assert.Equal(t, Entries(want), Entries(got))
	assert.Equal(t, want.Conv.Weight.Value, got.Conv.Weight.Value)
	assert.Equal(t, want.Depth.Weight.Value, got.Depth.Weight.Value)
	assert.EqualValues(t, 1<<40+3, *got.BN.Batches)
}

// TestFileIsInTheLayoutOfPyTorch looks for numbers at their places in OIHW.
func TestFileIsInTheLayoutOfPyTorch(t *testing.T) {
	m := newModel(4)
	entries := map[string]Entry{}
	for _, e := range Entries(m) {
		entries[e.Name] = e
	}
	conv, depth := entries["conv.weight"], entries["depth.weight"]
	assert.Equal(t, []int{3, 2, 3, 3}, conv.Shape)
	assert.Equal(t, []int{3, 1, 5, 5}, depth.Shape)
	assert.Equal(t, []int{}, append([]int{}, entries["bn.num_batches_tracked"].Shape...))
	values, err := conv.Float32s()
	require.NoError(t, err)
	for i, v := range values {
		o, in, y, x := i/18, i/9%2, i/3%3, i%3
		require.Equal(t, m.Conv.Weight.Value.Data[((y*3+x)*2+in)*3+o], v)
	}
	values, err = depth.Float32s()
	require.NoError(t, err)
	for i, v := range values {
		require.Equal(t, m.Depth.Weight.Value.Data[i%25*3+i/25], v)
	}
}

// TestMismatchListsEverything gives a checkpoint with one mistake of every kind.
func TestMismatchListsEverything(t *testing.T) {
	m := newModel(4)
	before := Entries(m)
	wrong := Entries(newModel(7))
	for i, e := range wrong {
		if e.Name == "bn.weight" {
			wrong[i].Name = "norm.weight"
		}
		if e.Name == "bn.num_batches_tracked" {
			wrong[i] = NewFloat32s(e.Name, nil, []float32{3})
		}
		if e.Name == "bn.bias" {
			wrong[i] = Entry{Name: e.Name, DType: "F8_E4M3", Shape: e.Shape, Data: []byte{1, 2, 3}}
		}
		if e.Name == "conv.weight" { // right, but must not be taken either
			wrong[i] = NewFloat32s(e.Name, e.Shape, make([]float32, 54))
		}
	}
	err := Assign(m, wrong)
	var mismatch *MismatchError
	require.ErrorAs(t, err, &mismatch)
	assert.Equal(t, []string{"bn.weight"}, mismatch.Missing)
	assert.Equal(t, []string{"norm.weight"}, mismatch.Unexpected)
	require.Len(t, mismatch.Misshapen, 4)
	for i, want := range []string{"bn.bias", "bn.num_batches_tracked", "head.0.weight", "head.0.bias"} {
		assert.Contains(t, mismatch.Misshapen[i], want)
	}
	assert.ErrorContains(t, err, "head.0.bias ([7] in the checkpoint, [4] in the model)")
	assert.ErrorContains(t, err, "1 missing: bn.weight")
	assert.ErrorContains(t, err, "1 unexpected: norm.weight")
	assert.Equal(t, before, Entries(m), "nothing has changed")
}

func TestLoadNamesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "seven.safetensors")
	require.NoError(t, Save(path, newModel(7), nil))
	assert.ErrorContains(t, Load(path, newModel(4)), path+": the checkpoint does not fit the model")
	assert.Error(t, Load(filepath.Join(t.TempDir(), "missing.safetensors"), newModel(4)))
}

func TestLongListsAreCut(t *testing.T) {
	e := &MismatchError{}
	for i := range 25 {
		e.Missing = append(e.Missing, fmt.Sprint("layer", i))
	}
	assert.Contains(t, e.Error(), "25 missing: layer0, layer1")
	assert.Contains(t, e.Error(), "layer19, …")
	assert.NotContains(t, e.Error(), "layer20")
}

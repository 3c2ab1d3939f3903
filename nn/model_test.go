package nn_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/internal/golden"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/tensor"
)

// newUnet makes the U-Net of the goldens, with fresh weights.
func newUnet(t testing.TB, dropConnect float64) *decoder.Unet {
	t.Helper()
	rng := nn.NewRand(1)
	e, err := encoder.New("efficientnet-b0", rng, encoder.Options{DropConnect: dropConnect})
	require.NoError(t, err)
	u, err := decoder.NewUnet(rng, e, decoder.UnetOptions{Classes: 11})
	require.NoError(t, err)
	return u
}

// newGoldenUnet makes it with the goldens' weights.
func newGoldenUnet(t testing.TB) *decoder.Unet {
	t.Helper()
	u := newUnet(t, 0)
	entries := checkpoint.Entries(u)
	for i, e := range entries {
		values := golden.Weights(e.Name, e.Shape)
		if e.DType == "I64" {
			entries[i] = checkpoint.NewInt64s(e.Name, e.Shape, []int64{int64(values[0])})
			continue
		}
		entries[i] = checkpoint.NewFloat32s(e.Name, e.Shape, values)
	}
	require.NoError(t, checkpoint.Assign(u, entries))
	return u
}

// pictures returns golden pictures of a size N, C, H, W as NHWC.
func pictures(first int, size [4]int) *tensor.Tensor {
	x := golden.Pictures(first, size[0], size[1], size[2], size[3])
	return tensor.Permute(tensor.Of(tensor.Dims(size[:]...), x), "NCHW", "NHWC")
}

// TestUnetHasTheNamesOfPyTorch compares names, order, shapes and types with the state dict upstream.
func TestUnetHasTheNamesOfPyTorch(t *testing.T) {
	file, err := os.Open("testdata/unet_efficientnet-b0_c11_names.txt")
	require.NoError(t, err)
	defer file.Close()
	var want, got []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		want = append(want, lines.Text())
	}
	types := map[string]string{"F32": "torch.float32", "I64": "torch.int64"}
	for _, e := range checkpoint.Entries(newUnet(t, 0)) {
		shape := strings.ReplaceAll(fmt.Sprint(e.Shape), " ", ", ")
		got = append(got, fmt.Sprintf("%s %s %s", e.Name, shape, types[e.DType]))
	}
	require.Len(t, want, 420)
	assert.Equal(t, want, got)
	golden.Same(t, b0Unet, "names, order, shapes, types", golden.SMP)
}

// TestWalkAgreesWithParams gives every parameter its name.
func TestWalkAgreesWithParams(t *testing.T) {
	u := newUnet(t, 0)
	params := nn.Params(u)
	assert.Len(t, params, 243)
	i := 0
	nn.Walk(u, func(name string, e nn.Entry) {
		if e.Param != nil {
			assert.Same(t, params[i], e.Param)
			assert.Equal(t, name, e.Param.Name)
			i++
		}
	})
	assert.Equal(t, len(params), i)
}

func TestWalkPanicsOnWhatItDoesNotKnow(t *testing.T) {
	model := struct {
		Size int `name:"size"`
	}{3}
	assert.PanicsWithValue(t, "nn.Walk: size is a int, not a part of a model",
		func() { nn.Walk(&model, func(string, nn.Entry) {}) })
}

// Package golden holds numbers that PyTorch and segmentation_models_pytorch computed, for tests to compare
// with, and generates the weights, pictures and labels they were computed from: no weight file is kept,
// only rules by name.
//
// Everything is in PyTorch's order: activations NCHW, convolution weights OIHW, indices flat and row-major
// in those. Expected values come from a float64 run on inputs that float32 holds exactly; a Float32Error
// beside them is what PyTorch's own float32 run misses them by at most, which tells how much a test may
// ask. The scripts and the way to run them are in tools/golden.
package golden

import (
	"bytes"
	"embed"
	"encoding/json"
	"testing"
)

//go:embed testdata/*.json
var files embed.FS

// Load reads the golden file of that name, such as "unet_b0.json", into v, and fails the test where it
// cannot. What the file has, v must have: an unknown key is a failure, so that a misspelt field is not
// tested as zeros.
func Load(t testing.TB, name string, v any) {
	t.Helper()
	data, err := files.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		t.Fatalf("golden: %s: %v", name, err)
	}
}

package bench

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
	"tessera/nn"
	"tessera/tensor"
)

var update = flag.Bool("update", false, "write the files of problems anew")

// TestReferenceProblems holds the file of problems to the layers that the reference model records for training.
func TestReferenceProblems(t *testing.T) {
	model, err := NewModel()
	require.NoError(t, err)
	tape := autograd.NewTape(autograd.Training)
	model.Forward(tape, tape.Input(referenceShape))

	var b strings.Builder
	b.WriteString("# The layers of " + Title + " in training on " + referenceShape.String() + ", in their order.\n")
	for _, p := range recorded(t, tape, layersByParam(model)) {
		b.WriteString(p.String() + "\n")
	}
	file := filepath.Join("problems", Reference+".txt")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o666))
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, b.String(), string(text), "the model has changed: go test ./bench -run ReferenceProblems -update")
}

// layer is a part of a model with a window or an activation.
type layer struct {
	name   string
	kind   Kind
	window reflect.Value
	groups int
	act    autograd.Activation
	size   int // of the window
}

// layersByParam finds the layers of a model by their first parameter.
func layersByParam(model any) map[*autograd.Param]layer {
	layers := map[*autograd.Param]layer{}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Interface, reflect.Pointer:
			if v.IsNil() {
				return
			}
			switch l := v.Interface().(type) {
			case *nn.Conv2D:
				e := reflect.ValueOf(l).Elem()
				layers[l.Weight] = layer{name: l.Weight.Name, kind: Conv, window: e.FieldByName("window"),
					groups: int(e.FieldByName("groups").Int())}
			case *nn.DepthwiseConv2D:
				layers[l.Weight] = layer{name: l.Weight.Name, kind: DWConv, groups: 1,
					window: reflect.ValueOf(l).Elem().FieldByName("window")}
			case *nn.BatchNorm:
				layers[l.Weight] = layer{name: l.Weight.Name, kind: Norm, act: l.Act}
			default:
				walk(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		}
	}
	nn.Params(model) // gives parameters their names
	walk(reflect.ValueOf(model))
	return layers
}

// recorded reads a tape: the operations with a parameter of a layer.
func recorded(t *testing.T, tape *autograd.Tape, layers map[*autograd.Param]layer) []Problem {
	byAddress := map[uintptr]layer{}
	for p, l := range layers {
		byAddress[reflect.ValueOf(p).Pointer()] = l
	}
	var list []Problem
	ops := reflect.ValueOf(tape).Elem().FieldByName("ops")
	for i := range ops.Len() {
		op := ops.Index(i).Elem()
		var images []tensor.Shape
		var own *layer
		for j := range op.FieldByName("in").Len() {
			v := op.FieldByName("in").Index(j).Elem()
			if l, ok := byAddress[v.FieldByName("param").Pointer()]; ok {
				own = &l
				own.size = shape(v).Dim(0)
			} else if s := shape(v); s.Rank() == 4 {
				images = append(images, s)
			}
		}
		if own != nil {
			name, out := op.FieldByName("name").String(), shape(op.FieldByName("out").Elem())
			list = append(list, own.problems(name, images, out, i == 0)...)
		}
	}
	require.NotEmpty(t, list)
	return list
}

// shape returns the shape of a Var.
func shape(v reflect.Value) tensor.Shape {
	s := v.FieldByName("Shape")
	var sizes []int
	for i := range int(s.FieldByName("rank").Int()) {
		sizes = append(sizes, int(s.FieldByName("dims").Index(i).Int()))
	}
	return tensor.Dims(sizes...)
}

// problems returns what an operation of a layer with the given images and output computes.
func (l *layer) problems(op string, images []tensor.Shape, out tensor.Shape, first bool) []Problem {
	n, h, w, c := images[0].NHWC()
	p := Problem{Kind: l.kind, N: n, H: h, W: w, C: c, O: 1, K: 1, Stride: 1, Groups: 1, Dilate: 1, Leaf: first}
	p.Name = strings.TrimSuffix(l.name, ".weight")
	if l.kind == Norm {
		p.Act = l.act
		return []Problem{p}
	}
	p.O = out.Dim(3)
	get := func(field string) int { return int(l.window.FieldByName(field).Int()) }
	p.Groups, p.Stride, p.Dilate, p.Before, p.After = l.groups, get("SH"), get("DH"), get("PT"), get("PB")
	p.K = l.size
	if op != "upsample conv" {
		return []Problem{p}
	}
	up := Problem{Kind: UpConv, N: n, H: h, W: w, C: c, O: p.O, K: 1, Stride: 1, Groups: 1, Dilate: 1, Name: p.Name}
	if len(images) == 1 {
		return []Problem{up}
	}
	_, p.H, p.W, p.C = images[1].NHWC()
	up.Name, p.Name = up.Name+" (enlarged part)", p.Name+" (skip part)"
	return []Problem{up, p}
}

package checkpoint

import (
	"fmt"
	"slices"
	"strings"

	"tessera/internal/parallel"
	"tessera/nn"
	"tessera/tensor"
)

// fileAxes tells for a parameter's axes in memory the order in which PyTorch keeps them. A depthwise weight has an input
// axis of 1 there.
var fileAxes = map[string]string{"HWIO": "OIHW", "HWC": "CIHW", "IO": "OI", "C": "C"}

// Entries returns the state of a model under the names and in the layout of PyTorch, in the order of nn.Walk.
func Entries(model any) []Entry {
	var list []Entry
	nn.Walk(model, func(name string, e nn.Entry) {
		if e.Counter != nil {
			list = append(list, NewInt64s(name, nil, []int64{*e.Counter}))
			return
		}
		t := e.Buffer
		if e.Param != nil {
			t = tensor.Permute(e.Param.Value, e.Param.Axes, fileAxes[e.Param.Axes])
		}
		list = append(list, NewFloat32s(name, t.Shape.Slice(), t.Data))
	})
	return list
}

// Save writes a model's state to a file that PyTorch loads strictly: see WriteFile.
func Save(path string, model any, metadata map[string]string) error {
	return WriteFile(path, Entries(model), metadata)
}

// Load reads a model's state from a file, strictly: see Assign.
func Load(path string, model any) error {
	entries, _, err := ReadFile(path)
	if err != nil {
		return err
	}
	if err := Assign(model, entries); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// A MismatchError lists everything in which a checkpoint and a model differ.
type MismatchError struct {
	Missing    []string // in the model, not in the checkpoint
	Unexpected []string // in the checkpoint, not in the model
	Misshapen  []string // in both with other shapes or an unusable type, with the reason
}

// Error names every difference, at most twenty of a kind.
func (e *MismatchError) Error() string {
	var b strings.Builder
	b.WriteString("the checkpoint does not fit the model")
	for _, kind := range []struct {
		title string
		names []string
	}{{"missing", e.Missing}, {"unexpected", e.Unexpected}, {"of another shape", e.Misshapen}} {
		if len(kind.names) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n  %d %s: %s", len(kind.names), kind.title,
			plain(strings.Join(kind.names[:min(20, len(kind.names))], ", ")))
		if len(kind.names) > 20 {
			b.WriteString(", …")
		}
	}
	return b.String()
}

// Assign copies entries into a model. Unless every name is in both and every shape fits, it changes nothing and returns
// a MismatchError.
func Assign(model any, entries []Entry) error {
	byName := map[string]Entry{}
	for _, e := range entries {
		byName[e.Name] = e
	}
	var wrong MismatchError
	var assign []func()
	nn.Walk(model, func(name string, part nn.Entry) {
		e, ok := byName[name]
		if !ok {
			wrong.Missing = append(wrong.Missing, name)
			return
		}
		delete(byName, name)
		do, err := assignment(part, e)
		if err != nil {
			wrong.Misshapen = append(wrong.Misshapen, fmt.Sprintf("%s (%v)", name, err))
			return
		}
		assign = append(assign, do)
	})
	for _, e := range entries {
		if _, left := byName[e.Name]; left {
			wrong.Unexpected = append(wrong.Unexpected, e.Name)
		}
	}
	if len(wrong.Missing)+len(wrong.Unexpected)+len(wrong.Misshapen) > 0 {
		return &wrong
	}
	parallel.For(len(assign), func(i, _ int) { assign[i]() })
	return nil
}

// fileShapeOf returns the shape that a part of a model has in a file.
func fileShapeOf(part nn.Entry) []int {
	switch {
	case part.Counter != nil:
		return []int{}
	case part.Param != nil:
		axes := part.Param.Axes
		return fileShape(part.Param.Value.Shape, axes, fileAxes[axes]).Slice()
	}
	return part.Buffer.Shape.Slice()
}

// assignment returns what copies e into a part of a model.
func assignment(part nn.Entry, e Entry) (func(), error) {
	if part.Counter != nil {
		values, err := e.Int64s()
		if err != nil || len(values) != 1 {
			return nil, fmt.Errorf("%s %v, want one integer", e.DType, e.Shape)
		}
		return func() { *part.Counter = values[0] }, nil
	}
	to, axes, order := part.Buffer, "C", "C"
	if part.Param != nil {
		to, axes, order = part.Param.Value, part.Param.Axes, fileAxes[part.Param.Axes]
	}
	want := fileShape(to.Shape, axes, order)
	if !slices.Equal(e.Shape, want.Slice()) {
		return nil, fmt.Errorf("%v in the checkpoint, %v in the model", e.Shape, want.Slice())
	}
	if !slices.Contains([]string{"F32", "F16", "BF16", "F64"}, e.DType) { // rare, and may be too large for float32
		values, err := e.Float32s()
		if err != nil {
			return nil, err
		}
		e = NewFloat32s(e.Name, e.Shape, values)
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	return func() { // only now, so that few tensors are there twice at a time, not all
		values, err := e.floats()
		if err != nil {
			panic(err) // it was checked
		}
		tensor.PermuteInto(to.Data, tensor.Of(want, values), order, axes)
	}, nil
}

// fileShape returns the shape of a tensor whose axes are in another order; an axis that it lacks has size 1.
func fileShape(s tensor.Shape, axes, order string) tensor.Shape {
	sizes := make([]int, len(order))
	for i := range order {
		sizes[i] = 1
		if at := strings.IndexByte(axes, order[i]); at >= 0 {
			sizes[i] = s.Dim(at)
		}
	}
	return tensor.Dims(sizes...)
}

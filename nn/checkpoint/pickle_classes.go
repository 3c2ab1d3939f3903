package checkpoint

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// storages are PyTorch's classes of memory and their element types.
var storages = map[string]string{
	"FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16", "DoubleStorage": "F64",
	"LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8", "ByteStorage": "U8",
	"BoolStorage": "BOOL",
}

// torchDTypes are PyTorch's names of element types.
var torchDTypes = map[string]string{
	"float32": "F32", "float16": "F16", "bfloat16": "BF16", "float64": "F64",
	"int64": "I64", "int32": "I32", "int16": "I16", "int8": "I8", "uint8": "U8", "bool": "BOOL",
	"uint16": "U16", "uint32": "U32", "uint64": "U64", "float8_e5m2": "F8_E5M2", "float8_e4m3fn": "F8_E4M3",
}

// constructors are the classes that a pickle may call, beside those of dtypes and storages, which are only named.
// What they make is a value of this package; nothing of Python is there to be run.
var constructors map[class]func(args []any) (any, error)

func init() {
	constructors = map[class]func([]any) (any, error){
		{"collections", "OrderedDict"}:                    newPairs,
		{"collections", "Counter"}:                        newPairs,
		{"builtins", "set"}:                               newList,
		{"__builtin__", "set"}:                            newList,
		{"torch", "Size"}:                                 newList,
		{"torch", "device"}:                               newDevice,
		{"_codecs", "encode"}:                             newBytes,
		{"torch._utils", "_rebuild_tensor"}:               rebuildTensor,
		{"torch._utils", "_rebuild_tensor_v2"}:            rebuildTensor,
		{"torch._utils", "_rebuild_tensor_v3"}:            rebuildTensorV3,
		{"torch._utils", "_rebuild_parameter"}:            rebuildParameter,
		{"torch._utils", "_rebuild_parameter_with_state"}: rebuildParameter,
	}
}

// newClass returns a class that a pickle names, if it is allowed.
func newClass(module, name string) (class, error) {
	c := class{module, name}
	_, ok := constructors[c]
	if module == "torch" {
		ok = ok || storages[name] != "" || torchDTypes[name] != ""
	}
	if ok || isUntyped(c) {
		return c, nil
	}
	if module == "torch" && strings.HasSuffix(name, "Storage") {
		return c, fmt.Errorf("%v holds a type of number that cannot be read; allowed: float, half, bfloat16, double, "+
			"long, int, short, char, byte, bool", c)
	}
	return c, fmt.Errorf("class %v is not allowed: a checkpoint holds tensors, numbers, texts, lists and dicts. "+
		"Whoever made the file can save the weights alone: torch.save(model.state_dict(), path)", c)
}

// isUntyped tells whether c is the class of memory without an element type.
func isUntyped(c class) bool {
	return c.name == "UntypedStorage" && (c.module == "torch" || c.module == "torch.storage")
}

// construct calls a class.
func (c class) construct(args []any) (any, error) {
	if f := constructors[c]; f != nil {
		return f(args)
	}
	return nil, errors.New("may be named, not called")
}

// newPairs makes a dict of nothing, of a dict, or of a list of keys with values.
func newPairs(args []any) (any, error) {
	d := &pairs{}
	if len(args) == 0 {
		return d, nil
	}
	switch from := args[0].(type) {
	case *pairs:
		d.keys, d.values = slices.Clone(from.keys), slices.Clone(from.values)
		return d, nil
	case *list:
		for _, item := range from.items {
			pair, ok := item.(*list)
			if !ok || len(pair.items) != 2 {
				return nil, errors.New("wants pairs of a key and a value")
			}
			d.keys, d.values = append(d.keys, pair.items[0]), append(d.values, pair.items[1])
		}
		return d, nil
	}
	return nil, errors.New("wants pairs of a key and a value")
}

// newList makes a tuple or set of what is in a list.
func newList(args []any) (any, error) {
	if len(args) == 1 {
		if l, ok := args[0].(*list); ok {
			return l, nil
		}
	}
	return nil, errors.New("wants a list")
}

func newDevice(args []any) (any, error) {
	if len(args) >= 1 {
		if s, ok := args[0].(string); ok {
			return s, nil
		}
	}
	return nil, errors.New("wants a name")
}

func newBytes(args []any) (any, error) {
	if len(args) == 2 {
		if s, ok := args[0].(string); ok {
			return s, nil
		}
	}
	return nil, errors.New("wants a text and an encoding")
}

// rebuildTensor takes storage, offset, shape, strides; what follows concerns training.
func rebuildTensor(args []any) (any, error) {
	if len(args) < 4 {
		return nil, fmt.Errorf("%d arguments, wants at least 4", len(args))
	}
	s, ok := args[0].(*storage)
	if !ok {
		return nil, errors.New("its first argument is no storage")
	}
	offset, ok := args[1].(int64)
	if !ok {
		return nil, errors.New("its offset is no integer")
	}
	shape, err := integersOf(args[2])
	if err != nil {
		return nil, fmt.Errorf("shape: %w", err)
	}
	strides, err := integersOf(args[3])
	if err != nil {
		return nil, fmt.Errorf("strides: %w", err)
	}
	return newView(s, s.dtype, offset, shape, strides)
}

// rebuildTensorV3 takes storage, offset, shape, strides, two that concern training, and the dtype.
func rebuildTensorV3(args []any) (any, error) {
	if len(args) < 7 {
		return nil, fmt.Errorf("%d arguments, wants at least 7", len(args))
	}
	c, ok := args[6].(class)
	if !ok || c.module != "torch" || torchDTypes[c.name] == "" {
		return nil, errors.New("its dtype is unknown")
	}
	v, err := rebuildTensor(args)
	if err != nil {
		return nil, err
	}
	old := v.(*view)
	return newView(old.storage, torchDTypes[c.name], old.offset, old.shape, old.strides)
}

func rebuildParameter(args []any) (any, error) {
	if len(args) >= 3 {
		if v, ok := args[0].(*view); ok {
			return v, nil
		}
	}
	return nil, errors.New("wants a tensor")
}

// integersOf returns the integers of a tuple.
func integersOf(v any) ([]int, error) {
	l, ok := v.(*list)
	if !ok || len(l.items) > maxRank {
		return nil, fmt.Errorf("wants a tuple of at most %d integers", maxRank)
	}
	ints := make([]int, len(l.items))
	for i, item := range l.items {
		n, ok := item.(int64)
		if !ok || n < 0 || n > maxDimension {
			return nil, fmt.Errorf("%v is not a whole number from 0 to %d", item, maxDimension)
		}
		ints[i] = int(n)
	}
	return ints, nil
}

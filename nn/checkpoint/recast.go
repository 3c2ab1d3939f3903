package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"tessera/kernels"
)

// recasts are the types that Recast makes, by the names of a configuration.
var recasts = map[string]string{"fp32": "F32", "fp16": "F16", "bf16": "BF16"}

// Recast returns entries with filters and matrices as numbers of a type, fp32, fp16 or bf16, rounded to nearest even. What else
// there is stays as it is: counters, and what has one dimension, which is biases and normalisation with its running
// statistics, little beside the rest and needed to the last digit. So does a tensor that has numbers beyond the type's range. Files
// of several types are read as any other, by PyTorch too.
func Recast(entries []Entry, dtype string) ([]Entry, error) {
	to, ok := recasts[dtype]
	if !ok {
		return nil, fmt.Errorf("no type %q of weights; there are: fp32, fp16, bf16", dtype)
	}
	list := slices.Clone(entries)
	for i, e := range list {
		if e.DType == to || !slices.Contains([]string{"F32", "F16", "BF16", "F64"}, e.DType) || to != "F32" && len(e.Shape) < 2 {
			continue
		}
		values, err := e.Float32s()
		if err != nil {
			return nil, err
		}
		if data, fits := rounded(values, to); fits {
			list[i] = newEntry(e.Name, to, e.Shape, data)
		}
	}
	return list, nil
}

// rounded returns values as bytes of a type, unless one that is finite would not be.
func rounded(values []float32, dtype string) (data []byte, fits bool) {
	if dtype == "F32" {
		return NewFloat32s("", []int{len(values)}, values).Data, true
	}
	halves := make([]uint16, len(values))
	infinity := uint16(0x7f80)
	if dtype == "F16" {
		kernels.F32ToF16(values, halves)
		infinity = 0x7c00
	} else {
		kernels.F32ToBF16(values, halves)
	}
	for i, h := range halves {
		if h&0x7fff == infinity && !math.IsInf(float64(values[i]), 0) {
			return nil, false
		}
		data = binary.LittleEndian.AppendUint16(data, h)
	}
	return data, true
}

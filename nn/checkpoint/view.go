package checkpoint

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

const (
	maxRank      = 8
	maxDimension = math.MaxInt32 // of a shape, and the largest stride
	maxElements  = 1 << 40       // of a storage
	maxCopied    = 32 << 20      // bytes of a tensor that lies in a file in another order than row-major
	maxShared    = 16 << 20      // bytes of all such tensors that share their memory
)

// A storage is a run of numbers that tensors look at. PyTorch's files keep them apart from the tensors.
type storage struct {
	key   string
	dtype string // "" where only the tensors know it
	bytes int64
	data  []byte // nil until it has been read
	users int    // tensors that look at it
}

// newStorage reads a persistent id: the word storage, its class, a key, the device, and the number of elements.
func newStorage(id []any) (*storage, error) {
	if len(id) < 5 || id[0] != "storage" {
		return nil, errors.New("a persistent id that is no storage")
	}
	c, isClass := id[1].(class)
	key, isText := id[2].(string)
	n, isNumber := id[4].(int64)
	if !isClass || !isText || !isNumber || n < 0 || n > maxElements {
		return nil, errors.New("a storage that has no class, key or size")
	}
	s := &storage{key: key, dtype: storages[c.name]}
	if isUntyped(c) {
		s.bytes = n
		return s, nil
	}
	if s.dtype == "" {
		return nil, fmt.Errorf("storage %q: %v is no class of storages", key, c)
	}
	s.bytes = n * dtypeSizes[s.dtype]
	return s, nil
}

// A view is a tensor: element (i, j, …) lies in its storage at offset + i·strides[0] + j·strides[1] + ….
type view struct {
	storage *storage
	dtype   string
	offset  int64 // in elements, as the strides
	shape   []int
	strides []int
	data    []byte // in row-major order; nil until bytes was called
}

// newView checks that a tensor lies within its storage.
func newView(s *storage, dtype string, offset int64, shape, strides []int) (*view, error) {
	v := &view{storage: s, dtype: dtype, offset: offset, shape: shape, strides: strides}
	if len(shape) != len(strides) {
		return nil, fmt.Errorf("shape %v with strides %v", shape, strides)
	}
	if dtype == "" { // an untyped storage: rebuildTensorV3 knows more
		return v, nil
	}
	total, err := byteSize(dtype, shape)
	if err != nil {
		return nil, err
	}
	last := min(offset, maxElements)
	for i, d := range shape {
		last += int64(d-1) * int64(strides[i])
	}
	elements := s.bytes / dtypeSizes[dtype]
	if offset < 0 || offset > maxElements || total > 0 && last >= elements {
		return nil, fmt.Errorf("shape %v with strides %v at %d reaches beyond the %d elements of its storage",
			shape, strides, offset, elements)
	}
	s.users++
	return v, nil
}

// contiguous tells whether the elements lie in row-major order without gaps.
func (v *view) contiguous() bool {
	want := 1
	for i, d := range slices.Backward(v.shape) {
		if d != 1 && v.strides[i] != want {
			return slices.Contains(v.shape, 0)
		}
		want *= d
	}
	return true
}

// bytes returns the elements in row-major order: a part of the storage where they lie so. Others are copied, which
// takes from the budget of bytes, unless the tensor has its storage for itself and can be put in order there.
func (v *view) bytes(budget *int64) ([]byte, error) {
	if v.data != nil {
		return v.data, nil
	}
	size := dtypeSizes[v.dtype]
	total, err := byteSize(v.dtype, v.shape)
	if err != nil || total == 0 {
		return []byte{}, err
	}
	if begin := v.offset * size; v.contiguous() {
		v.data = v.storage.data[begin : begin+total : begin+total]
		return v.data, nil
	}
	if total > maxCopied {
		return nil, fmt.Errorf("%v of %s with strides %v is not in row-major order, and too large to be put in it "+
			"(at most %d MB); save it with .contiguous()", v.shape, v.dtype, v.strides, maxCopied>>20)
	}
	alone := v.storage.users == 1 && total <= v.storage.bytes
	if !alone {
		if *budget -= total; *budget < 0 {
			return nil, fmt.Errorf("tensors that share memory and are not in row-major order would take more than "+
				"%d MB beyond the file", maxShared>>20)
		}
	}
	v.data = v.gather(make([]byte, 0, total), 0, v.offset*size, size)
	if alone {
		v.data = append(v.storage.data[:0:total], v.data...)
	}
	return v.data, nil
}

// gather appends the elements of axis and those after it, from the byte at on.
func (v *view) gather(data []byte, axis int, at, size int64) []byte {
	if axis == len(v.shape) {
		return append(data, v.storage.data[at:at+size]...)
	}
	for range v.shape[axis] {
		data = v.gather(data, axis+1, at, size)
		at += int64(v.strides[axis]) * size
	}
	return data
}

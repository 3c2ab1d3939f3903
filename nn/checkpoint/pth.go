package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// PyTorch's files: a pickle that describes tensors, and the storages they look at. Since 1.6 both are records of
// a zip archive without compression (data.pkl; data/0, data/1, …); before, five pickles and then the storages
// follow one another.
//
// Format: torch/serialization.py and caffe2/serialize/inline_container.h of PyTorch.
const (
	zipMagic    = "PK\x03\x04"
	legacyMagic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e" // pickled 0x1950a86a20f9469cfc6c
)

// readZip reads a PyTorch archive.
func readZip(data []byte) ([]Entry, map[string]string, error) {
	a, err := openArchive(data)
	if err != nil {
		return nil, nil, err
	}
	if order, err := a.record("byteorder"); err == nil && string(order) != "little" {
		return nil, nil, fmt.Errorf("its numbers are %.20q-endian; allowed: little", order)
	}
	text, err := a.record("data.pkl")
	if err != nil {
		return nil, nil, err
	}
	read := map[string]*storage{}
	u := &unpickler{data: text, persistent: func(id []any) (any, error) {
		return persistentStorage(read, id, func(s *storage) (err error) {
			if s.data, err = a.record("data/" + s.key); err == nil && int64(len(s.data)) != s.bytes {
				err = fmt.Errorf("storage %q has %d bytes, not %d", s.key, len(s.data), s.bytes)
			}
			return err
		})
	}}
	root, err := u.load()
	if err != nil {
		return nil, nil, err
	}
	return flatten(root)
}

// persistentStorage returns the storage that an id names. What several tensors share is one, which begin gets when
// it is met first.
func persistentStorage(known map[string]*storage, id []any, begin func(*storage) error) (any, error) {
	s, err := newStorage(id)
	if err != nil {
		return nil, err
	}
	if k := known[s.key]; k != nil {
		if k.dtype != s.dtype || k.bytes != s.bytes {
			return nil, fmt.Errorf("storage %q is there twice, with other sizes", s.key)
		}
		return k, nil
	}
	if err := begin(s); err != nil {
		return nil, err
	}
	known[s.key] = s
	return s, nil
}

// readLegacy reads what torch.save wrote before version 1.6: pickles of a magic number, a version, the writer's
// properties, the tree, and the keys of the storages, which follow.
func readLegacy(data []byte) ([]Entry, map[string]string, error) {
	known := map[string]*storage{}
	u := &unpickler{data: data}
	var parts [5]any
	for i := range parts {
		u.persistent = nil
		if i == 3 {
			u.persistent = func(id []any) (any, error) {
				if len(id) > 5 && id[5] != nil {
					return nil, errors.New("a storage that is part of another, as PyTorch wrote before 0.4: save it anew")
				}
				return persistentStorage(known, id, func(*storage) error { return nil })
			}
		}
		var err error
		if parts[i], err = u.load(); err != nil {
			return nil, nil, fmt.Errorf("part %d of 5: %w", i+1, err)
		}
	}
	if parts[1] != int64(1001) {
		return nil, nil, fmt.Errorf("version %v of the format; allowed: 1001", parts[1])
	}
	keys, ok := parts[4].(*list)
	if !ok {
		return nil, nil, errors.New("the keys of the storages are missing")
	}
	if err := legacyStorages(data[u.at:], keys.items, known); err != nil {
		return nil, nil, err
	}
	return flatten(parts[3])
}

// legacyStorages finds the storages: for each key the number of elements (8 bytes) and their bytes.
func legacyStorages(data []byte, keys []any, known map[string]*storage) error {
	for _, k := range keys {
		key, _ := k.(string)
		s := known[key]
		if s == nil || s.data != nil {
			return fmt.Errorf("storage %.80q is not what a tensor looks at, or there twice", key)
		}
		if len(data) < 8 || int64(len(data)-8) < s.bytes {
			return fmt.Errorf("truncated: storage %.80q has %d bytes, %d are left: %w",
				key, s.bytes, max(0, len(data)-8), io.ErrUnexpectedEOF)
		}
		size := max(1, dtypeSizes[s.dtype]) // an untyped storage counts bytes
		if n := binary.LittleEndian.Uint64(data); n != uint64(s.bytes/size) {
			return fmt.Errorf("storage %.80q has %d elements, not %d", key, n, s.bytes/size)
		}
		s.data, data = data[8:8+s.bytes:8+s.bytes], data[8+s.bytes:]
	}
	for key, s := range known {
		if s.data == nil {
			return fmt.Errorf("storage %.80q is missing", key)
		}
	}
	if len(data) > 0 {
		return fmt.Errorf("%d bytes after the last storage", len(data))
	}
	return nil
}

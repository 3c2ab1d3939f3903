package checkpoint

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"tessera/internal/parallel"
)

// A safetensors file is the length of a header (8 bytes, little-endian), the header (a JSON object that
// gives every tensor's dtype, shape and place) and the tensors' bytes, little-endian and row-major, without gaps.
//
// Format: https://huggingface.co/docs/safetensors.
const (
	lengthSize  = 8       // bytes of the header's length
	maxHeader   = 8 << 20 // bytes; no honest header is longer
	maxTensors  = 1 << 16 // of a file, of any format
	maxKeys     = 1 << 12 // of its metadata
	metadataKey = "__metadata__"
)

// readSafetensors reads the size bytes of r.
func readSafetensors(r io.ReaderAt, size int64) ([]Entry, map[string]string, error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, nil, err
	}
	records, metadata, err := parseHeader(header)
	if err != nil {
		return nil, nil, fmt.Errorf("header: %w", err)
	}
	start := lengthSize + int64(len(header))
	if err := checkLayout(records, size-start); err != nil {
		return nil, nil, err
	}
	data := make([]byte, size-start)
	if err := readAt(r, start, data); err != nil {
		return nil, nil, fmt.Errorf("read %d bytes of tensors: %w", len(data), err)
	}
	entries := make([]Entry, len(records))
	for i, rec := range records {
		rec.Data = data[rec.begin:rec.end:rec.end]
		entries[i] = rec.Entry
	}
	return entries, metadata, nil
}

// readAt fills data from offset start on, on all cores: what costs time is the first touch of its memory.
func readAt(r io.ReaderAt, start int64, data []byte) error {
	parts := make([]error, (len(data)+readPart-1)/readPart)
	parallel.For(len(parts), func(i, _ int) {
		at := i * readPart
		part := data[at:min(at+readPart, len(data))]
		_, parts[i] = io.ReadFull(io.NewSectionReader(r, start+int64(at), int64(len(part))), part)
	})
	return cmp.Or(parts...)
}

// readPart is how many bytes a task of readAt reads.
const readPart = 1 << 20

// readHeader returns the JSON text at the head of the size bytes of r.
func readHeader(r io.ReaderAt, size int64) ([]byte, error) {
	if size < lengthSize {
		return nil, fmt.Errorf("not a safetensors file: %d bytes, too short for a header's length", size)
	}
	var length [lengthSize]byte
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, lengthSize), length[:]); err != nil {
		return nil, fmt.Errorf("read the header's length: %w", err)
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > maxHeader {
		return nil, fmt.Errorf("not a safetensors file: a header of %d bytes, %d are allowed", n, maxHeader)
	}
	if int64(n) > size-lengthSize {
		return nil, fmt.Errorf("truncated: a header of %d bytes in a file of %d", n, size)
	}
	header := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(r, lengthSize, int64(n)), header); err != nil {
		return nil, fmt.Errorf("read the header: %w", err)
	}
	if len(header) == 0 || header[0] != '{' || !utf8.Valid(header) {
		return nil, fmt.Errorf("not a safetensors file: the header is no JSON object in UTF-8")
	}
	return header, nil
}

// checkLayout sorts the records by place and makes sure that they cover size bytes once, each with as
// many bytes as its shape takes.
func checkLayout(records []record, size int64) error {
	slices.SortStableFunc(records, func(a, b record) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	var end int64
	for _, rec := range records {
		want, err := byteSize(rec.DType, rec.Shape)
		switch {
		case err != nil:
			return fmt.Errorf("tensor %q: %w", rec.Name, err)
		case rec.end < rec.begin || rec.end > size:
			return fmt.Errorf("tensor %q: bytes %d to %d, but the file has %d (truncated?)",
				rec.Name, rec.begin, rec.end, size)
		case rec.end-rec.begin != want:
			return fmt.Errorf("tensor %q: %d bytes, but %s %v takes %d",
				rec.Name, rec.end-rec.begin, rec.DType, rec.Shape, want)
		case rec.begin < end:
			return fmt.Errorf("tensor %q: starts at byte %d, inside another, which ends at %d",
				rec.Name, rec.begin, end)
		case rec.begin > end:
			return fmt.Errorf("tensor %q: starts at byte %d, but the one before it ends at %d",
				rec.Name, rec.begin, end)
		}
		end = rec.end
	}
	if end != size {
		return fmt.Errorf("%d bytes after the last tensor", size-end)
	}
	return nil
}

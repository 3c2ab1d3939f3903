package checkpoint

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode/utf8"
)

// WriteFile writes entries in the given order, and metadata, as a safetensors file, or as PyTorch's (see WriteTorch)
// where path ends in .pth or .pt. Metadata without a "format" gets {"format": "pt"}, which PyTorch's libraries ask
// for. Whenever the process or the machine stops, path holds either the old file or the new one, whole: the new one
// is written beside it, to path with ".tmp" added, synced and renamed.
func WriteFile(path string, entries []Entry, metadata map[string]string) error {
	partial := path + ".tmp"
	err := writeSynced(partial, func(w io.Writer) error {
		if FormatOf(path) == Torch {
			return WriteTorch(w, entries)
		}
		return Write(w, entries, metadata)
	})
	if err == nil {
		err = os.Rename(partial, path)
	}
	if err != nil {
		_ = os.Remove(partial) // often not there: the first error is the one to tell
		return fmt.Errorf("write checkpoint %s: %w", path, err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return fmt.Errorf("write checkpoint %s: %w", path, err)
	}
	return nil
}

// FormatOf returns the format that WriteFile writes to a path: Torch for .pth and .pt, else Safetensors.
func FormatOf(path string) Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".pth", ".pt":
		return Torch
	}
	return Safetensors
}

// Write writes a safetensors file to w, as WriteFile does. Names must be unique and UTF-8, and data as long as shapes say.
func Write(w io.Writer, entries []Entry, metadata map[string]string) error {
	header, err := formatHeader(entries, metadata)
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	for _, e := range entries {
		if _, err := w.Write(e.Data); err != nil {
			return fmt.Errorf("tensor %q: %w", e.Name, err)
		}
	}
	return nil
}

// formatHeader returns the header after its length, padded with spaces so that the data starts
// at a multiple of 8.
func formatHeader(entries []Entry, metadata map[string]string) ([]byte, error) {
	all := map[string]string{"format": "pt"}
	maps.Copy(all, metadata)
	b := bytes.NewBuffer(make([]byte, lengthSize))
	fmt.Fprintf(b, `{%q:%s`, metadataKey, quote(all))
	seen := map[string]bool{metadataKey: true}
	begin := 0
	for _, e := range entries {
		if err := e.check(); err != nil {
			return nil, err
		}
		if seen[e.Name] || !utf8.ValidString(e.Name) {
			return nil, fmt.Errorf("tensor %q: the name is taken or not UTF-8", e.Name)
		}
		seen[e.Name] = true
		end := begin + len(e.Data)
		shape := append([]int{}, e.Shape...) // a scalar's shape is [], not null
		fmt.Fprintf(b, `,%s:{"dtype":%s,"shape":%s,"data_offsets":[%d,%d]}`,
			quote(e.Name), quote(e.DType), quote(shape), begin, end)
		begin = end
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	header := b.Bytes()
	if len(header)-lengthSize > maxHeader {
		return nil, fmt.Errorf("a header of %d bytes, at most %d are allowed", len(header)-lengthSize, maxHeader)
	}
	binary.LittleEndian.PutUint64(header, uint64(len(header)-lengthSize))
	return header, nil
}

// quote is v as JSON; strings, lists of numbers and maps of strings always have one.
func quote(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func writeSynced(path string, write func(io.Writer) error) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Sync()
}

// syncDir makes a rename in dir last. Windows has no such call and needs none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

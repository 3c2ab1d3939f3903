// Package checkpoint reads and writes the weights of models: safetensors files, and those that torch.save writes.
//
// Nothing in a file can run, and every claim of it is checked before it is believed: a file from a stranger is safe
// to open. Safetensors describes its tensors in JSON. PyTorch's files describe them in a pickle, a program for
// a small machine: here that machine knows numbers, texts, lists, dicts and tensors, and refuses everything else
// by name.
//
// Load and Save are for the project's own files. Fit takes weights from elsewhere: it finds a model's tensors under
// the names that other libraries give them, and says what it left out.
package checkpoint

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"
)

// A Format is a kind of file.
type Format string

// The formats that can be read.
const (
	Safetensors Format = "safetensors"
	Torch       Format = "pth"        // torch.save since PyTorch 1.6
	TorchLegacy Format = "pth-legacy" // torch.save before
)

// foreign are the beginnings of files that are no weights for this package, and what to say about them.
var foreign = []struct{ magic, what string }{
	{"\x89HDF", "an HDF5 file, as Keras writes them"},
	{"\x08\x07\x12", "an ONNX model"},
	{"GGUF", "a GGUF file"},
	{"\x93NUMPY", "a NumPy array"},
	{"\x1f\x8b", "compressed with gzip: unpack it"},
	{"version https://git-lfs", "a pointer of Git LFS, not the file: fetch it with git lfs pull"},
	{"<!DOCTYPE", "a web page: the download went wrong"},
	{"<html", "a web page: the download went wrong"},
}

// ReadFile reads a file of weights of any Format: its tensors in the order of their data, and its metadata, never nil.
// The tensors of a PyTorch file are named by the keys on the way to them, joined by dots, as in
// state_dict.encoder.conv1.weight, and its metadata are the numbers and texts in its dicts; tensors may share memory.
// The errors name the path and what is wrong there, with the tensor's name where it concerns one.
func ReadFile(path string) ([]Entry, map[string]string, error) {
	entries, metadata, _, err := Open(path)
	return entries, metadata, err
}

// Open is ReadFile that also tells the format.
func Open(path string) ([]Entry, map[string]string, Format, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, "", fmt.Errorf("read checkpoint: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a file")
	}
	if err != nil {
		return nil, nil, "", fmt.Errorf("read checkpoint %s: %w", path, err)
	}
	entries, metadata, format, err := Read(f, info.Size())
	if err != nil {
		return nil, nil, "", fmt.Errorf("read checkpoint %s: %w", path, err)
	}
	return entries, metadata, format, nil
}

// Read is Open for the size bytes of r. It takes no more memory than those bytes and 64 MB.
func Read(r io.ReaderAt, size int64) ([]Entry, map[string]string, Format, error) {
	format, err := detect(r, size)
	if err != nil {
		return nil, nil, "", err
	}
	if format == Safetensors {
		entries, metadata, err := readSafetensors(r, size)
		return entries, metadata, format, err
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), data); err != nil {
		return nil, nil, "", fmt.Errorf("read %d bytes: %w", size, err)
	}
	read := readZip
	if format == TorchLegacy {
		read = readLegacy
	}
	entries, metadata, err := read(data)
	if err != nil {
		return nil, nil, "", fmt.Errorf("PyTorch file: %w", err)
	}
	return entries, metadata, format, nil
}

// detect tells the format by a file's first bytes.
func detect(r io.ReaderAt, size int64) (Format, error) {
	head := make([]byte, min(32, size))
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, int64(len(head))), head); err != nil {
		return "", fmt.Errorf("read the first bytes: %w", err)
	}
	text := string(head)
	switch {
	case len(text) > lengthSize && text[4:lengthSize+1] == "\x00\x00\x00\x00{":
		return Safetensors, nil // the length of its header may begin with anybody's magic number
	case strings.HasPrefix(text, zipMagic), strings.HasPrefix(text, "PK\x05\x06"):
		return Torch, nil
	case strings.HasPrefix(text, legacyMagic):
		return TorchLegacy, nil
	case len(text) >= 2 && text[0] == 0x80 && text[1] >= 2 && text[1] <= 5:
		return "", errors.New("a pickle that torch.save did not write: save weights with torch.save or as safetensors")
	}
	for _, f := range foreign {
		if strings.HasPrefix(text, f.magic) {
			return "", fmt.Errorf("%s; allowed: safetensors, and .pth or .pt of PyTorch", f.what)
		}
	}
	if len(text) >= 16 && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && !unicode.IsSpace(r) || r > '~' }) {
		return "", fmt.Errorf("a text that begins %q; allowed: safetensors, and .pth or .pt of PyTorch", text[:16])
	}
	return Safetensors, nil
}

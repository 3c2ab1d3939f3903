package checkpoint

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// alignment is that of storages in an archive, as PyTorch's: so they can be mapped into memory.
const alignment = 64

// WriteTorch writes entries as torch.save writes a state dict: an archive that torch.load reads, also with
// weights_only. Each tensor has a storage of its own. The format has no place for metadata.
func WriteTorch(w io.Writer, entries []Entry) error {
	type member struct {
		name string
		data []byte
	}
	index, err := pickleEntries(entries)
	if err != nil {
		return err
	}
	z := newZipWriter(w)
	members := []member{{"data.pkl", index}, {"byteorder", []byte("little")}}
	for i, e := range entries {
		members = append(members, member{"data/" + strconv.Itoa(i), e.Data})
	}
	for _, m := range append(members, member{"version", []byte("3\n")}) {
		if err := z.add("archive/"+m.name, m.data); err != nil {
			return err
		}
	}
	return z.zip.Close()
}

// pickleEntries writes the pickle of an OrderedDict of tensors, in protocol 2.
func pickleEntries(entries []Entry) ([]byte, error) {
	classes := map[string]string{}
	for name, dtype := range storages {
		classes[dtype] = name
	}
	var b bytes.Buffer
	b.WriteString("\x80\x02ccollections\nOrderedDict\n)R(")
	seen := map[string]bool{}
	for i, e := range entries {
		if err := e.check(); err != nil {
			return nil, err
		}
		if seen[e.Name] || !utf8.ValidString(e.Name) {
			return nil, fmt.Errorf("tensor %q: the name is taken or not UTF-8", e.Name)
		}
		seen[e.Name] = true
		class := classes[e.DType]
		if class == "" {
			return nil, fmt.Errorf("tensor %q: .pth has no %s; there are: %s", e.Name, e.DType,
				strings.Join(slices.Sorted(maps.Keys(classes)), ", "))
		}
		pickleTensor(&b, e, class, strconv.Itoa(i))
	}
	b.WriteString("u.")
	return b.Bytes(), nil
}

// pickleTensor writes a name and the call that makes its tensor.
func pickleTensor(b *bytes.Buffer, e Entry, class, key string) {
	size := int(dtypeSizes[e.DType])
	pickleText(b, e.Name)
	b.WriteString("ctorch._utils\n_rebuild_tensor_v2\n((")
	pickleText(b, "storage")
	b.WriteString("ctorch\n" + class + "\n")
	pickleText(b, key)
	pickleText(b, "cpu")
	pickleInt(b, len(e.Data)/size)
	b.WriteString("tQ") // the tuple is a persistent id
	pickleInt(b, 0)
	strides, n := make([]int, len(e.Shape)), 1
	for i, d := range slices.Backward(e.Shape) {
		strides[i] = n
		n *= max(1, d)
	}
	for _, list := range [][]int{e.Shape, strides} {
		b.WriteByte('(')
		for _, d := range list {
			pickleInt(b, d)
		}
		b.WriteByte('t')
	}
	b.WriteString("\x89ccollections\nOrderedDict\n)RtR") // no gradient, no hooks; the call
}

func pickleText(b *bytes.Buffer, s string) {
	b.WriteByte('X')
	b.Write(le.AppendUint32(nil, uint32(len(s))))
	b.WriteString(s)
}

// pickleInt writes an integer from 0 up.
func pickleInt(b *bytes.Buffer, n int) {
	if n <= math.MaxInt32 {
		b.WriteByte('J')
		b.Write(le.AppendUint32(nil, uint32(n)))
		return
	}
	b.WriteString("\x8a\x08") // eight bytes in two's complement
	b.Write(le.AppendUint64(nil, uint64(n)))
}

// A zipWriter writes an archive without compression and without dates, so that equal weights give equal files.
type zipWriter struct {
	zip *zip.Writer
	at  int // bytes written
}

func newZipWriter(w io.Writer) *zipWriter { return &zipWriter{zip: zip.NewWriter(w)} }

// add writes a member whose bytes begin at a multiple of the alignment: a field that says nothing fills the gap.
func (z *zipWriter) add(name string, data []byte) error {
	const header, field = 30, 4
	begin := z.at + header + len(name) + field
	pad := (alignment - begin%alignment) % alignment
	z.at = begin + pad + len(data)
	extra := append([]byte("FB"), byte(pad), 0)
	w, err := z.zip.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(data),
		CompressedSize64: uint64(len(data)), UncompressedSize64: uint64(len(data)),
		Extra: append(extra, make([]byte, pad)...),
	})
	if err == nil {
		_, err = w.Write(data)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

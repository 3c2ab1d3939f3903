package checkpoint

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
)

const maxMembers = 1<<16 + 64 // of an archive: one for each storage, and a few

// An archive is a zip file whose members lie in it as they are. What PyTorch never writes is refused rather than
// read: compression, encryption, members that share bytes. So nothing can grow while it is read.
//
// Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
type archive struct {
	data    []byte
	members map[string]member // by their names without the folder that holds all
}

// A member is a file in an archive: its bytes begin to end, and their checksum.
type member struct {
	name       string
	begin, end int64
	crc        uint32
	packed     bool // compressed or encrypted
}

var le = binary.LittleEndian

func openArchive(data []byte) (*archive, error) {
	at, count, err := directory(data)
	if err != nil {
		return nil, fmt.Errorf("zip archive: %w", err)
	}
	a := &archive{data, map[string]member{}}
	list := make([]member, 0, count)
	for range count {
		m, next, err := newMember(data, at)
		if err != nil {
			return nil, fmt.Errorf("zip archive: %w", err)
		}
		_, name, _ := strings.Cut(m.name, "/")
		if _, twice := a.members[name]; twice {
			return nil, fmt.Errorf("record %.80q is there twice", m.name)
		}
		a.members[name], at = m, next
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b member) int { return cmp.Compare(a.begin, b.begin) })
	for i, m := range list {
		if i > 0 && m.begin < list[i-1].end {
			return nil, fmt.Errorf("records %.80q and %.80q overlap", list[i-1].name, m.name)
		}
	}
	return a, a.check()
}

// check refuses archives that are something else than weights.
func (a *archive) check() error {
	if _, ok := a.members["constants.pkl"]; ok {
		return errors.New("a TorchScript program, not weights; save them with torch.save(model.state_dict(), path)")
	}
	if _, ok := a.members["data.pkl"]; !ok {
		return errors.New("a zip archive without data.pkl: not made by torch.save")
	}
	return nil
}

// directory returns where the list of members starts, and how many there are.
func directory(data []byte) (at int64, count int, err error) {
	const size = 22 // of the record at the end, which a comment may follow
	from := max(0, len(data)-size-1<<16)
	end := bytes.LastIndex(data[from:], []byte("PK\x05\x06"))
	if end < 0 || len(data)-from-end < size {
		return 0, 0, errors.New("its end is missing: the file is truncated")
	}
	end += from
	n, offset := uint64(le.Uint16(data[end+10:])), uint64(le.Uint32(data[end+16:]))
	if n == 1<<16-1 || offset == 1<<32-1 {
		if n, offset, err = directory64(data, end); err != nil {
			return 0, 0, err
		}
	}
	if n > maxMembers || offset > uint64(len(data)) {
		return 0, 0, fmt.Errorf("%d records, listed at byte %d of %d; allowed: %d", n, offset, len(data), maxMembers)
	}
	return int64(offset), int(n), nil
}

// directory64 is directory for large files: before the record at the end is another that tells where a third is.
func directory64(data []byte, end int) (count, offset uint64, err error) {
	errDamaged := errors.New("the record of its 64-bit sizes is damaged")
	if end < 20 || string(data[end-20:end-16]) != "PK\x06\x07" {
		return 0, 0, errDamaged
	}
	at := le.Uint64(data[end-12:])
	if at > uint64(end) || uint64(end)-at < 56 || string(data[at:at+4]) != "PK\x06\x06" {
		return 0, 0, errDamaged
	}
	return le.Uint64(data[at+32:]), le.Uint64(data[at+48:]), nil
}

// newMember reads the entry at a byte of the list, and returns where the next one is.
func newMember(data []byte, at int64) (m member, next int64, err error) {
	const size = 46
	if at > int64(len(data))-size || string(data[at:at+4]) != "PK\x01\x02" {
		return m, 0, fmt.Errorf("no record is described at byte %d (truncated?)", at)
	}
	h := data[at:]
	n, extra, comment := int(le.Uint16(h[28:])), int(le.Uint16(h[30:])), int(le.Uint16(h[32:]))
	if n+extra+comment > len(h)-size {
		return m, 0, fmt.Errorf("the description of a record at byte %d is cut off", at)
	}
	if n > maxName {
		return m, 0, fmt.Errorf("a name of %d bytes at byte %d; allowed: %d", n, at, maxName)
	}
	m.name, m.crc = string(h[size:size+n]), le.Uint32(h[16:])
	packed, bytes, offset := sizes(h, h[size+n:size+n+extra])
	m.packed = le.Uint16(h[8:])&1 != 0 || le.Uint16(h[10:]) != 0 || packed != bytes
	if m.begin, err = dataOffset(data, offset); err == nil && packed > uint64(int64(len(data))-m.begin) {
		err = fmt.Errorf("its %d bytes reach beyond the file", packed)
	}
	if err != nil {
		return m, 0, fmt.Errorf("record %.80q: %w (truncated?)", m.name, err)
	}
	m.end = m.begin + int64(packed)
	return m, at + int64(size+n+extra+comment), nil
}

// sizes returns a member's sizes and place. Those that need 64 bits are in an extra field.
func sizes(h, extra []byte) (packed, bytes, offset uint64) {
	packed, bytes, offset = uint64(le.Uint32(h[20:])), uint64(le.Uint32(h[24:])), uint64(le.Uint32(h[42:]))
	for len(extra) >= 4 {
		n := min(int(le.Uint16(extra[2:])), len(extra)-4)
		field := extra[4 : 4+n]
		if le.Uint16(extra) == 1 {
			for _, v := range []*uint64{&bytes, &packed, &offset} { // in this order, and only those that need it
				if *v == 1<<32-1 && len(field) >= 8 {
					*v, field = le.Uint64(field), field[8:]
				}
			}
		}
		extra = extra[4+n:]
	}
	return packed, bytes, offset
}

// dataOffset returns where the bytes of a member are whose own header is at offset.
func dataOffset(data []byte, offset uint64) (int64, error) {
	const size = 30
	if len(data) < size || offset > uint64(len(data)-size) || string(data[offset:offset+4]) != zipMagic {
		return 0, fmt.Errorf("there is no record at byte %d", offset)
	}
	h := data[offset:]
	begin := int64(offset) + size + int64(le.Uint16(h[26:])) + int64(le.Uint16(h[28:]))
	if begin > int64(len(data)) {
		return 0, errors.New("it begins beyond the file")
	}
	return begin, nil
}

// record returns the bytes of a member, which are a part of the file's.
func (a *archive) record(name string) ([]byte, error) {
	m, ok := a.members[name]
	if !ok {
		return nil, fmt.Errorf("record %.80q is missing (truncated?)", name)
	}
	if m.packed {
		return nil, fmt.Errorf("record %.80q is compressed or encrypted, which torch.save does not do", m.name)
	}
	b := a.data[m.begin:m.end:m.end]
	if crc32.ChecksumIEEE(b) != m.crc {
		return nil, fmt.Errorf("record %.80q does not have its checksum: the file is damaged", m.name)
	}
	return b, nil
}

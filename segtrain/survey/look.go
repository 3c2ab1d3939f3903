package survey

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// A look is what one record's files hold.
type look struct {
	part, index int
	record      data.Record
	findings    data.Findings

	read             bool // the image could be decoded
	h, w, c, bits    int
	moments          []moment
	print            fingerprint
	digest, maskHash [sha256.Size]byte

	labelled bool    // the mask could be decoded, too
	pixels   []int64 // of each class, then those ignored
	values   []raster.MaskValue
}

// moment is a channel's sums over the pixels of an image, exact.
type moment struct {
	n, sum, squares uint64
	low, high, top  uint16 // least and greatest sample; greatest that its bits can hold
}

// open decodes the files of a record.
func (l *look) open(opt Options) {
	im, err := raster.Read(l.record.Image)
	if err != nil {
		l.wrong("unreadable image", "image ", l.record.Image, err)
	} else {
		l.see(im, opt.Channels)
	}
	if !l.record.Labelled() {
		return
	}
	if l.record.Mask != "" {
		l.values = valuesOf(raster.ClassFiles(l.record.Mask, opt.Overlapping))
	}
	if l.read {
		l.openMask(opt)
	} else if l.record.Drawn == nil { // whose size the image tells
		if err := readable(l.record.Mask, opt); err != nil {
			l.wrong("unreadable mask", "mask ", l.record.Mask, err)
		}
	}
}

func (l *look) openMask(opt Options) {
	if opt.Overlapping != nil {
		l.openFlags(opt)
		return
	}
	m, err := l.record.ReadMask(opt.Code, l.h, l.w)
	if err != nil {
		what, file := "mask ", l.record.Mask
		if l.record.Drawn != nil {
			what, file = "image ", l.record.Image
		}
		l.wrong("unreadable mask", what, file, err)
		return
	}
	var counts [256]int64
	for _, class := range m.Pix {
		counts[class]++
	}
	l.labelled, l.maskHash = true, sha256.Sum256(m.Pix)
	l.pixels = append([]int64{}, counts[:len(opt.Classes)]...)
	ignored := int64(0)
	if opt.Code.Ignore >= len(opt.Classes) {
		ignored = counts[opt.Code.Ignore]
	}
	l.pixels = append(l.pixels, ignored)
}

// wrong notes what is wrong with a file; the error may begin with what it is and its path.
func (l *look) wrong(kind, what, file string, err error) {
	text := strings.TrimPrefix(err.Error(), what+file)
	text = strings.TrimLeft(text, ": ")
	l.findings = append(l.findings, data.Finding{Kind: kind, Where: file, What: text})
}

// see measures an image.
func (l *look) see(im *raster.Image, channels int) {
	l.read, l.h, l.w, l.c, l.bits = true, im.H, im.W, im.C, 8
	if im.Pix16 != nil {
		l.bits = 16
	}
	l.digest = digest(im)
	l.print = newFingerprint(im)
	if raster.Convertible(im.C, channels) {
		im = im.Channels(channels)
	}
	if im.Pix16 != nil {
		l.moments = measure(im.Pix16, im.C)
	} else {
		l.moments = measure(im.Pix8, im.C)
	}
}

func measure[T uint8 | uint16](pix []T, c int) []moment {
	list := make([]moment, c)
	for k := range list {
		m := moment{n: uint64(len(pix) / c), low: ^uint16(0), top: uint16(^T(0))}
		for i := k; i < len(pix); i += c {
			v := uint64(pix[i])
			m.sum += v
			m.squares += v * v
			m.low, m.high = min(m.low, uint16(v)), max(m.high, uint16(v))
		}
		list[k] = m
	}
	return list
}

// digest tells pictures with equal pixels, whatever their files are.
func digest(im *raster.Image) [sha256.Size]byte {
	h := sha256.New()
	var head [12]byte
	for i, n := range []int{im.H, im.W, im.C} {
		binary.LittleEndian.PutUint32(head[4*i:], uint32(n))
	}
	h.Write(head[:])
	h.Write(im.Pix8)
	row := make([]byte, 0, 2*im.W*im.C)
	for i := 0; i < len(im.Pix16); i += im.W * im.C {
		row = row[:0]
		for _, v := range im.Pix16[i:][:im.W*im.C] {
			row = binary.LittleEndian.AppendUint16(row, v)
		}
		h.Write(row)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

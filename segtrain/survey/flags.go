package survey

import (
	"crypto/sha256"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// openFlags decodes a record's mask where classes may overlap.
func (l *look) openFlags(opt Options) {
	f, err := l.record.ReadFlags(opt.Overlapping, opt.Code, l.h, l.w)
	if err != nil {
		what, file := "mask ", l.record.Mask
		if l.record.Drawn != nil {
			what, file = "image ", l.record.Image
		}
		l.wrong("unreadable mask", what, file, err)
		return
	}
	l.pixels = make([]int64, len(opt.Classes)+1)
	for i := range f.H * f.W {
		none, ignored := true, false
		for k := range f.Classes {
			switch f.At(i, k) {
			case 1:
				l.pixels[1+k]++
				none = false
			case raster.FlagIgnored:
				none, ignored = false, true
			}
		}
		if none {
			l.pixels[0]++
		}
		if ignored {
			l.pixels[len(opt.Classes)]++
		}
	}
	h := sha256.New()
	for _, p := range f.Planes {
		h.Write(p.Pix)
	}
	l.labelled, l.maskHash = true, [sha256.Size]byte(h.Sum(nil))
}

// readable returns an error unless a mask can be decoded.
func readable(mask string, opt Options) error {
	if opt.Overlapping != nil {
		_, err := raster.ReadFlags(mask, opt.Overlapping, opt.Code)
		return err
	}
	_, err := raster.ReadMask(mask, opt.Code)
	return err
}

// valuesOf returns the values of the files of a mask together, in the order in which they occur first. Files that cannot
// be read have none.
func valuesOf(files []string) []raster.MaskValue {
	var list []raster.MaskValue
	type key struct {
		value   int
		r, g, b uint8
	}
	at := map[key]int{}
	for _, file := range files {
		v, err := raster.MaskValues(file)
		if err != nil {
			continue
		}
		for _, x := range v.Values {
			k := key{x.Value, x.Color.R, x.Color.G, x.Color.B}
			if i, ok := at[k]; ok {
				list[i].Pixels += x.Pixels
				continue
			}
			at[k] = len(list)
			list = append(list, x)
		}
	}
	return list
}

// where returns a mask that is 1 where a record shows a class; nil for a class below 0 and a record without a mask.
func (s *Survey) where(r data.Record, class, h, w int) (*raster.Mask, error) {
	if class < 0 || !r.Labelled() {
		return nil, nil
	}
	alone := raster.NewMask(h, w)
	if s.opt.Overlapping != nil {
		f, err := r.ReadFlags(s.opt.Overlapping, s.opt.Code, h, w)
		if err != nil {
			return nil, err
		}
		for i := range alone.Pix {
			alone.Pix[i] = isOf(f, i, class)
		}
		return alone, nil
	}
	m, err := r.ReadMask(s.opt.Code, h, w)
	if err != nil {
		return nil, err
	}
	for i, v := range m.Pix {
		if int(v) == class {
			alone.Pix[i] = 1
		}
	}
	return alone, nil
}

// isOf returns 1 if a pixel is of a class, of which 0 is none of those that may overlap.
func isOf(f *raster.Flags, pixel, class int) uint8 {
	if class > 0 {
		return f.At(pixel, class-1) & 1 &^ (f.At(pixel, class-1) >> 1)
	}
	for k := range f.Classes {
		if f.At(pixel, k) != 0 {
			return 0
		}
	}
	return 1
}

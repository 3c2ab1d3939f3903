package data

import (
	"fmt"

	"tessera/kernels"
	"tessera/segtrain/raster"
)

// Soft are the files of a record whose pixels have two labels: the second ones, coded as the mask, and pictures of one channel with the
// share of the mask's, in 255ths. The rest is that of the second. A pixel counts if neither label is ignored.
//
// Without Second labels are 0 and 1, and the other of them is the second: Share has the probability that the class is there, with
// raster.ClassField in the path in a file for each class that may overlap.
type Soft struct{ Second, Share string }

// softMask is what the files of Soft hold.
type softMask struct {
	second *raster.Mask // nil: of flags
	share  *raster.Mask
	there  []*raster.Mask // of flags: the probability that each class is there
}

// readSoft returns the second labels of an image of h×w, nil for a record without. Names are those of classes that may overlap.
// Errors name the file.
func (r Record) readSoft(code raster.MaskCode, names []string, h, w int) (*softMask, error) {
	if r.Soft == nil {
		return nil, nil
	}
	shares := raster.MaskCode{Coding: raster.IndexCode, Classes: 256, Ignore: -1}
	if r.Soft.Second == "" {
		s := &softMask{}
		for _, file := range raster.ClassFiles(r.Soft.Share, names) {
			m, err := r.readSoftFile(file, shares, h, w)
			if err != nil {
				return nil, err
			}
			s.there = append(s.there, m)
		}
		return s, nil
	}
	if r.Code != nil {
		code = *r.Code
	}
	second, err := r.readSoftFile(r.Soft.Second, code, h, w)
	if err != nil {
		return nil, err
	}
	share, err := r.readSoftFile(r.Soft.Share, shares, h, w)
	return &softMask{second: second, share: share}, err
}

func (r Record) readSoftFile(file string, code raster.MaskCode, h, w int) (*raster.Mask, error) {
	m, err := raster.ReadMask(file, code)
	if err == nil && (m.H != h || m.W != w) {
		err = fmt.Errorf("soft label %s has %d×%d pixels, but its image %s has %d×%d", file, m.H, m.W, r.Image, h, w)
	}
	return m, err
}

// files returns the paths, with names for those of classes.
func (s *Soft) files(names []string) []string {
	list := raster.ClassFiles(s.Share, names)
	if s.Second != "" {
		list = append([]string{s.Second}, list...)
	}
	return list
}

// bytes is what it takes in a cache.
func (s *softMask) bytes() int {
	if s == nil {
		return 0
	}
	if s.second != nil {
		return 2 * len(s.second.Pix)
	}
	return len(s.there) * len(s.there[0].Pix)
}

// apply changes all alike.
func (s *softMask) apply(change func(*raster.Mask) *raster.Mask) *softMask {
	if s == nil {
		return nil
	}
	if s.second != nil {
		return &softMask{second: change(s.second), share: change(s.share)}
	}
	out := &softMask{}
	for _, m := range s.there {
		out.there = append(out.there, change(m))
	}
	return out
}

// write writes second labels and shares of the first; where there are none, the labels themselves, which have all.
func (s *softMask) write(labels, second []uint8, share []float32) {
	if s == nil {
		copy(second, labels)
		kernels.Fill(1, share)
		return
	}
	if s.second == nil {
		s.writeFlags(labels, second, share)
		return
	}
	copy(second, s.second.Pix)
	for i, v := range s.share.Pix {
		share[i] = float32(v) / 255
	}
}

// writeFlags is write of flags. What is ignored has one label.
func (s *softMask) writeFlags(labels, second []uint8, share []float32) {
	for k, m := range s.there {
		for i, v := range m.Pix {
			at := i*len(s.there) + k
			second[at], share[at] = labels[at], float32(v)/255
			switch labels[at] {
			case 0:
				second[at], share[at] = 1, 1-share[at]
			case 1:
				second[at] = 0
			}
		}
	}
}

// Shares is how many shares a pixel has where it has two labels: one, or one for each class that may overlap where labels are soft.
func (d *Dataset) Shares() int {
	if d.soft {
		return d.Labels()
	}
	return 1
}

// Soft tells whether pixels of any record have two labels, so that a Loader's batches say both.
func (d *Dataset) Soft() bool { return d.soft }

package data

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"tessera/kernels"
	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

// Dataset makes samples of records. All its methods may be called by several goroutines.
type Dataset struct {
	records    Manifest // those of Options.Pseudo are the last
	own        int      // records before them
	opt        Options
	labelled   bool
	soft       bool              // pixels of some records have two labels
	augment    augment.Transform // bound to the data, or nil
	scale, add []float32         // a channel: (x − mean) / std as x·scale + add
	cache      *cache
	sizes      []atomic.Int64 // h<<32 | w of the files seen
	files      []int          // the first record with the same files, which the cache knows
	scratch    sync.Pool      // *scratch
}

// NewDataset checks the options against the manifest. Files are not opened before they are needed.
func NewDataset(m Manifest, opt Options) (*Dataset, error) {
	if len(m) == 0 {
		return nil, errors.New("data set: no records")
	}
	if err := opt.check(m); err != nil {
		return nil, fmt.Errorf("data set: %w", err)
	}
	own := len(m)
	m = slices.Concat(m, opt.Pseudo)
	d := &Dataset{
		records: m, own: own, opt: opt,
		labelled: slices.ContainsFunc(m, func(r Record) bool { return r.Labelled() }),
		soft:     slices.ContainsFunc(m, func(r Record) bool { return r.Soft != nil }),
		cache:    newCache(len(m), opt.CacheBytes),
		sizes:    make([]atomic.Int64, len(m)),
	}
	d.files = sameFiles(m)
	d.scratch.New = func() any { return new(scratch) }
	if opt.Augment != nil {
		bound, err := augment.Bind(opt.Augment, opt.C, opt.fillMask())
		if err != nil {
			return nil, fmt.Errorf("data set: augment: %w", err)
		}
		d.augment = bound
	}
	for c := range opt.C {
		mean, std := float32(0), float32(1)
		if len(opt.Mean) > 0 {
			mean = opt.Mean[c]
		}
		if len(opt.Std) > 0 {
			std = opt.Std[c]
		}
		d.scale = append(d.scale, 1/std)
		d.add = append(d.add, -mean/std)
	}
	return d, nil
}

// Len is the number of records, without those of Options.Pseudo.
func (d *Dataset) Len() int { return d.own }

// Pseudo is the number of records with labels of models, whose indices go on from Len.
func (d *Dataset) Pseudo() int { return len(d.records) - d.own }

// Record returns a record.
func (d *Dataset) Record(index int) Record { return d.records[index] }

// Shape is the shape of a sample's image; its mask is h×w, with Labels labels each.
func (d *Dataset) Shape() (h, w, c int) { return d.opt.H, d.opt.W, d.opt.C }

// Labelled tells whether any record has a mask.
func (d *Dataset) Labelled() bool { return d.labelled }

// Cached returns how many decoded records are kept in memory, and the bytes they take.
func (d *Dataset) Cached() (records int, bytes int64) { return d.cache.usage() }

// Load returns a record's image, with the data set's number of channels, and its mask (nil where there is
// none, and where classes may overlap: see LoadFlags), in the files' own size. They may be shared: do not write to them.
// Errors name the file.
func (d *Dataset) Load(index int) (*raster.Image, *raster.Mask, error) {
	p, err := d.load(index)
	if err != nil {
		return nil, nil, err
	}
	return p.image, p.mask, nil
}

func (d *Dataset) load(index int) (*decoded, error) {
	r := d.records[index]
	p := d.cache.get(d.files[index])
	if p == nil {
		var err error
		if p, err = d.decode(r); err != nil {
			return nil, err
		}
		d.cache.put(d.files[index], p)
	}
	if r.Tile != nil {
		return p.window(r)
	}
	d.sizes[index].Store(int64(p.image.H)<<32 | int64(p.image.W))
	return p, nil
}

func (d *Dataset) decode(r Record) (*decoded, error) {
	img, err := raster.Read(r.Image)
	if err != nil {
		return nil, err
	}
	if !raster.Convertible(img.C, d.opt.C) {
		return nil, fmt.Errorf("image %s has %d channels; allowed: %d", r.Image, img.C, d.opt.C)
	}
	p := &decoded{image: img.Channels(d.opt.C)}
	if d.opt.Overlapping != nil {
		p.flags, err = r.ReadFlags(d.opt.Overlapping, d.opt.MaskCode, img.H, img.W)
	} else if p.mask, err = r.ReadMask(d.opt.MaskCode, img.H, img.W); err == nil {
		p.mask, err = r.hide(p.mask, uint8(d.opt.MaskCode.Ignore))
	}
	if err == nil {
		p.soft, err = r.readSoft(d.opt.MaskCode, d.opt.Overlapping, img.H, img.W)
	}
	return p, err
}

// Sample writes one sample: its image, normalised, to img (H·W·C values, row-major), and its mask to mask
// (H·W classes, or H·W·Labels flags) unless mask is nil. A record without a mask is ignored everywhere. The same (epoch, index)
// gives the same bits whenever it is asked for. It panics when the slices have other lengths, and when mask
// is not nil although no record has a mask.
//
// Errors: a file that cannot be read or that does not fit the other, and augmentation that ends in another
// size.
func (d *Dataset) Sample(epoch, index int, img []float32, mask []uint8) error {
	return d.sample(epoch, index, img, mask, nil, nil)
}

// sample is Sample that also writes the second labels of pixels and the share of the first, unless second is nil.
func (d *Dataset) sample(epoch, index int, img []float32, mask, second []uint8, share []float32) error {
	d.checkSlices(img, mask)
	files, err := d.load(index)
	if err != nil {
		return err
	}
	image := files.image
	op, err := d.draw(epoch, index, files.mask, image.H, image.W)
	if err != nil {
		return err
	}
	h, w := d.picture(img, op, image)
	if h != d.opt.H || w != d.opt.W {
		return fmt.Errorf("image %s: augmentation gives %d×%d pixels, not %d×%d: crop, pad or resize last, always (p: 1)",
			d.records[index].Image, h, w, d.opt.H, d.opt.W)
	}
	if mask != nil {
		d.writeMask(mask, files, op)
	}
	if second != nil {
		files.soft.apply(op.Mask).write(mask, second, share)
	}
	return nil
}

// scratch is memory for a sample: its picture in 8 bits, and in float32.
type scratch struct {
	bytes raster.Image
	float raster.Float
}

// picture writes what op makes of a file's picture to img, normalised, if it has the size of samples. It returns its size.
func (d *Dataset) picture(img []float32, op augment.Op, image *raster.Image) (h, w int) {
	s := d.scratch.Get().(*scratch)
	defer d.scratch.Put(s)
	rest, image := augment.Lead(op, image, &s.bytes)
	if augment.IsIdentity(rest) && image.Pix8 != nil && image.C == 3 {
		if image.H == d.opt.H && image.W == d.opt.W {
			d.normaliseBytes(img, image.Pix8)
		}
		return image.H, image.W
	}
	image.FloatInto(&s.float)
	out := rest.Image(&s.float)
	if out.H == d.opt.H && out.W == d.opt.W {
		d.normalise(img, out.Pix)
	}
	return out.H, out.W
}

func (d *Dataset) checkSlices(img []float32, mask []uint8) {
	h, w, c := d.Shape()
	if len(img) != h*w*c || mask != nil && (len(mask) != h*w*d.Labels() || !d.labelled) {
		panic(fmt.Sprintf("data: Sample of %d×%d×%d (masks: %t) into %d values and %d classes",
			h, w, c, d.labelled, len(img), len(mask)))
	}
}

func (d *Dataset) writeMask(dst []uint8, files *decoded, op augment.Op) {
	switch {
	case files.mask != nil:
		copy(dst, op.Mask(files.mask).Pix)
		return
	case files.flags != nil:
		files.flags.Apply(op.Mask).Labels(d.opt.MaskCode.Ignore, dst)
		return
	}
	for i := range dst {
		dst[i] = uint8(d.opt.MaskCode.Ignore)
	}
}

// draw returns everything that happens to an h×w picture of a record with a mask (or nil) in an epoch. A chain that crops or
// resizes begins at the picture's own size and ends at that of samples; any other begins there.
func (d *Dataset) draw(epoch, index int, mask *raster.Mask, h, w int) (augment.Op, error) {
	if d.augment == nil {
		return d.fit(h, w), nil
	}
	rng := augment.Rand(d.opt.Seed, uint64(epoch), uint64(index), 0)
	dh, dw := h, w
	var first augment.Op = augment.Identity(h, w)
	if !augment.Sizes(d.augment) {
		first, dh, dw = d.fit(h, w), d.opt.H, d.opt.W
	}
	if !augment.Looks(d.augment) {
		mask = nil
	}
	if mask != nil {
		mask = first.Mask(mask)
	}
	op := augment.Draw(augment.At(d.augment, epoch), rng, mask, dh, dw)
	if err := augment.Err(op); err != nil {
		return nil, fmt.Errorf("image %s: augmentation: %w", d.records[index].Image, err)
	}
	return augment.Fuse(h, w, first, op), nil
}

// fit returns the op that brings h×w pictures to the size of samples.
func (d *Dataset) fit(h, w int) augment.Op {
	if d.opt.Fit == Letterbox {
		t := augment.Letterbox{Height: d.opt.H, Width: d.opt.W, Fill: d.opt.Mean}
		if fill := d.opt.fillMask(); fill >= 0 {
			t.FillMask = new(uint8(fill))
		}
		return t.Draw(nil, h, w)
	}
	return augment.Resize{Height: d.opt.H, Width: d.opt.W}.Draw(nil, h, w)
}

// normalise writes (x − mean) / std as float32(x·scale) + add, with scale = 1/std and add = −mean/std in
// float32.
func (d *Dataset) normalise(dst, src []float32) {
	c := d.opt.C
	if c == 3 { // one pass
		s0, s1, s2, a0, a1, a2 := d.scale[0], d.scale[1], d.scale[2], d.add[0], d.add[1], d.add[2]
		for i := 0; i+3 <= len(dst); i += 3 {
			to, from := dst[i:i+3:i+3], src[i:i+3:i+3]
			to[0] = float32(from[0]*s0) + a0
			to[1] = float32(from[1]*s1) + a1
			to[2] = float32(from[2]*s2) + a2
		}
		return
	}
	for k := range c {
		scale, add := d.scale[k], d.add[k]
		for i := k; i < len(dst); i += c {
			dst[i] = float32(src[i]*scale) + add
		}
	}
}

// normaliseBytes is normalise for samples of three channels in 8 bits; the bits are the same.
func (d *Dataset) normaliseBytes(dst []float32, src []uint8) {
	const strip = 3 << 13 // samples that are handed to the kernel at a time
	scale, add := [3]float32(d.scale), [3]float32(d.add)
	for len(src) > 0 {
		n := min(strip, len(src))
		kernels.BytesToFloats3(scale, add, src[:n], dst)
		dst, src = dst[n:], src[n:]
	}
}

package data

import (
	"fmt"
	"slices"

	"tessera/segtrain/raster"
)

// Picture returns a sample's image as a picture in 8 bits: what Sample or a Loader wrote, with the normalisation undone.
func (d *Dataset) Picture(sample []float32) *raster.Image {
	h, w, c := d.Shape()
	f := raster.NewFloat(h, w, c)
	for i, v := range sample[:len(f.Pix)] {
		f.Pix[i] = (v - d.add[i%c]) / d.scale[i%c]
	}
	return f.Image()
}

// A Seen is one sample of one batch, as the network saw it.
type Seen struct {
	Epoch, Step, Place int       // counted from 0; Place is within the batch
	Image              []float32 // H×W×C, normalised
	Mask, Mixed        []uint8   // Mixed and Share are nil unless pixels have two labels (see Batch)
	Share              []float32
}

// Replay makes the batch again in which a Loader with these options gives the record of that ID in an epoch, counted from 0,
// and returns the record's sample. Errors: no such record; one that the epoch leaves out; files that cannot be read.
func Replay(ds *Dataset, opt LoaderOptions, epoch int, id string) (*Seen, error) {
	index := slices.IndexFunc(ds.records, func(r Record) bool { return r.ID == id })
	if index < 0 {
		return nil, fmt.Errorf("no sample %q among %d, such as %q", id, ds.Len(), ds.records[0].ID)
	}
	opt.StartEpoch, opt.StartStep, opt.Epochs = epoch, 0, epoch+1
	l, err := NewLoader(ds, opt)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(l.order(epoch), func(p place) bool { return p.index == index })
	steps := l.Steps()
	l.Close()
	if at < 0 || at/opt.Batch >= steps {
		return nil, fmt.Errorf("epoch %d leaves sample %q out: its batches are full without it, or a weight made others take its place", epoch+1, id)
	}
	opt.StartStep = at / opt.Batch
	if l, err = NewLoader(ds, opt); err != nil {
		return nil, err
	}
	defer l.Close()
	b, err := l.Next()
	if err != nil {
		return nil, err
	}
	s := &Seen{Epoch: b.Epoch, Step: b.Step, Place: at % opt.Batch}
	s.Image = part(b.Images, s.Place, b.N)
	s.Mask, s.Mixed = part(b.Masks, s.Place, b.N), part(b.Mixed, s.Place, b.N)
	s.Share = part(b.Share, s.Place, b.N)
	return s, nil
}

// part returns a copy of the i-th of n equal parts; nil of nil.
func part[T any](all []T, i, n int) []T {
	size := len(all) / n
	return slices.Clone(all[i*size : (i+1)*size])
}

package data

import (
	"sync/atomic"

	"tessera/segtrain/augment"
)

// mixing is what a slot of the loader needs to mix its batch: memory for the pictures before, which samples are written to.
// The worker that writes the last sample mixes. All methods work on nil, which does not mix.
type mixing struct {
	mixers []augment.Mixer
	seed   uint64
	h, w   int
	ignore int
	images []float32
	masks  []uint8
	left   atomic.Int32 // samples to be written
}

// newMixing returns what mixes a full batch, and gives the batch room for what comes of it.
func newMixing(b *Batch, ds *Dataset, opt LoaderOptions) *mixing {
	if len(opt.Mix) == 0 {
		return nil
	}
	h, w, _ := ds.Shape()
	if augment.Soft(opt.Mix) {
		b.Mixed, b.Share = make([]uint8, len(b.Masks)), make([]float32, opt.Batch*h*w)
	}
	m := &mixing{
		mixers: opt.Mix, seed: opt.Seed, h: h, w: w, ignore: ds.opt.MaskCode.Ignore,
		images: make([]float32, len(b.Images)), masks: make([]uint8, len(b.Masks)),
	}
	if augment.Snaps(opt.Mix) {
		b.Snaps = make([]augment.Snap, opt.Batch)
	}
	return m
}

// begin expects n samples.
func (m *mixing) begin(n int) {
	if m != nil {
		m.left.Store(int32(n))
	}
}

// before returns where samples are written.
func (m *mixing) before(b *Batch) (images []float32, masks []uint8) {
	if m == nil {
		return b.Images, b.Masks
	}
	return m.images, m.masks
}

// sampled mixes the batch when its last sample is written. A sample that could not be made does no harm: its batch is lost.
func (m *mixing) sampled(b *Batch) {
	if m == nil || m.left.Add(-1) > 0 {
		return
	}
	pixels := b.N * m.h * m.w
	mb := &augment.MixBatch{
		N: b.N, H: m.h, W: m.w, C: len(b.Images) / pixels, Planes: len(b.Masks) / pixels, Ignore: m.ignore,
		FromImages: m.images[:len(b.Images)], FromLabels: m.masks[:len(b.Masks)], Images: b.Images, Labels: b.Masks,
	}
	if b.Mixed != nil {
		b.Mixed, b.Share = b.Mixed[:len(b.Masks)], b.Share[:pixels]
		mb.Mixed, mb.Share = b.Mixed, b.Share
	}
	if b.Snaps != nil {
		b.Snaps, b.FromImages, b.FromMasks = b.Snaps[:b.N], mb.FromImages, mb.FromLabels
		mb.Snaps = b.Snaps
	}
	augment.MixAll(m.mixers, mb, m.seed, uint64(b.Epoch), uint64(b.Step))
}

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
	from   samples      // the pictures before
	left   atomic.Int32 // samples to be written
}

// samples are where the samples of a batch are written: its pictures, labels and, nil where pixels have one label, second labels and
// shares of the first.
type samples struct {
	images       []float32
	masks, mixed []uint8
	share        []float32
}

// newMixing returns what mixes a full batch, and gives the batch room for what comes of it.
func newMixing(b *Batch, ds *Dataset, opt LoaderOptions) *mixing {
	if len(opt.Mix) == 0 {
		return nil
	}
	h, w, _ := ds.Shape()
	m := &mixing{
		mixers: opt.Mix, seed: opt.Seed, h: h, w: w, ignore: ds.opt.MaskCode.Ignore,
		from: samples{images: make([]float32, len(b.Images)), masks: make([]uint8, len(b.Masks))},
	}
	if ds.Soft() {
		m.from.mixed, m.from.share = make([]uint8, len(b.Masks)), make([]float32, len(b.Share))
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
func (m *mixing) before(b *Batch) samples {
	if m == nil {
		return samples{b.Images, b.Masks, b.Mixed, b.Share}
	}
	return m.from
}

// sampled mixes the batch when its last sample is written. A sample that could not be made does no harm: its batch is lost.
func (m *mixing) sampled(b *Batch) {
	if m == nil || m.left.Add(-1) > 0 {
		return
	}
	pixels := b.N * m.h * m.w
	mb := &augment.MixBatch{
		N: b.N, H: m.h, W: m.w, C: len(b.Images) / pixels, Planes: len(b.Masks) / pixels, Ignore: m.ignore,
		FromImages: m.from.images[:len(b.Images)], FromLabels: m.from.masks[:len(b.Masks)], Images: b.Images, Labels: b.Masks,
		Mixed: b.Mixed, Share: b.Share,
	}
	if m.from.mixed != nil {
		mb.FromMixed, mb.FromShare = m.from.mixed[:len(b.Masks)], m.from.share[:len(b.Share)]
	}
	if b.Snaps != nil {
		b.Snaps, b.FromImages, b.FromMasks = b.Snaps[:b.N], mb.FromImages, mb.FromLabels
		mb.Snaps = b.Snaps
	}
	augment.MixAll(m.mixers, mb, m.seed, uint64(b.Epoch), uint64(b.Step))
}

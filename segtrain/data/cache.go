package data

import (
	"sync/atomic"

	"tessera/segtrain/raster"
)

// decoded is what a record's files hold. mask is nil where the record has none, and where its classes may overlap, and
// flags where they may not. It is shared and never written to.
type decoded struct {
	image *raster.Image
	mask  *raster.Mask
	flags *raster.Flags
	soft  *softMask // beside mask; nil where the mask says all
}

func (d *decoded) bytes() int64 {
	n := len(d.image.Pix8) + 2*len(d.image.Pix16)
	if d.mask != nil {
		n += len(d.mask.Pix)
	}
	if d.flags != nil {
		n += len(d.flags.Planes) * d.flags.H * d.flags.W
	}
	return int64(n + d.soft.bytes())
}

// cache keeps decoded records by index, first come, until its budget is used up; nothing is ever thrown out.
// So after one epoch its content stands, and the share of it that is hit does not depend on the order of the
// next.
type cache struct {
	left  atomic.Int64
	slots []atomic.Pointer[decoded]
}

func newCache(n int, budget int64) *cache {
	c := &cache{slots: make([]atomic.Pointer[decoded], n)}
	c.left.Store(budget)
	return c
}

func (c *cache) get(i int) *decoded { return c.slots[i].Load() }

// put keeps d if it fits what is left of the budget. The bytes are taken first, so the budget is never
// exceeded.
func (c *cache) put(i int, d *decoded) {
	n := d.bytes()
	if c.left.Add(-n) < 0 || !c.slots[i].CompareAndSwap(nil, d) {
		c.left.Add(n)
	}
}

func (c *cache) usage() (records int, bytes int64) {
	for i := range c.slots {
		if d := c.slots[i].Load(); d != nil {
			records++
			bytes += d.bytes()
		}
	}
	return records, bytes
}

package augment

import (
	"tessera/kernels"
	"tessera/segtrain/raster"
)

// The tables of the JPEG standard (ITU-T T.81, annex K.1), for luminance and for colour.
var jpegTables = [2][64]int{{
	16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
	14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
	18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
	49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
}, {
	17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,
	24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
}}

// quantiser rounds the coefficients of a block to multiples of a table.
type quantiser struct{ down, up [64]float32 }

// newQuantiser scales a table to a quality from 1 to 100, as libjpeg does.
func newQuantiser(table *[64]int, quality int) *quantiser {
	scale := 200 - 2*quality
	if quality < 50 {
		scale = 5000 / quality
	}
	q := new(quantiser)
	for i, v := range table {
		step := float64(min(max((v*scale+50)/100, 1), 255))
		s := dctScale[i/8] * dctScale[i%8]
		q.down[i], q.up[i] = float32(1/(step*s*8)), float32(step*s/8)
	}
	return q
}

// plane is a channel whose sides are filled up to multiples of 8 with its last column and row.
type plane struct {
	h, w, stride int
	pix          []uint8
}

func newPlane(h, w int) plane {
	stride := (w + 7) &^ 7
	return plane{h, w, stride, make([]uint8, stride*((h+7)&^7))}
}

func (p plane) fill() {
	for y := range p.h {
		row := p.pix[y*p.stride:][:p.stride]
		for x := p.w; x < p.stride; x++ {
			row[x] = row[p.w-1]
		}
	}
	last := p.pix[(p.h-1)*p.stride:][:p.stride]
	for at := p.h * p.stride; at < len(p.pix); at += p.stride {
		copy(p.pix[at:], last)
	}
}

// quantise takes every block there and back.
func (p plane) quantise(q *quantiser) {
	for y := 0; y < len(p.pix); y += 8 * p.stride {
		kernels.ByteDCT(&q.down, &q.up, p.stride, p.pix[y:])
	}
}

// channelPlane copies a channel, and back.
func channelPlane(im *raster.Image, c int) plane {
	p := newPlane(im.H, im.W)
	for y := range im.H {
		for x := range im.W {
			p.pix[y*p.stride+x] = im.Pix8[(y*im.W+x)*im.C+c]
		}
	}
	p.fill()
	return p
}

func (p plane) to(im *raster.Image, c int) {
	for y := range im.H {
		for x := range im.W {
			im.Pix8[(y*im.W+x)*im.C+c] = p.pix[y*p.stride+x]
		}
	}
}

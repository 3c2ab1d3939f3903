package synth

import (
	"math/rand/v2"

	"tessera/segtrain/raster"
)

// canvas is a picture in the making.
type canvas struct {
	h, w int
	size float32 // the shorter side, in pixels
	look look
	key  uint32 // of the table's texture
	pix  []rgb
	mask *raster.Mask
}

func newCanvas(h, w int, l look, key uint32) *canvas {
	return &canvas{h, w, float32(min(h, w)), l, key, make([]rgb, h*w), raster.NewMask(h, w)}
}

func (c *canvas) paintGround() {
	for y := range c.h {
		for x := range c.w {
			c.pix[y*c.w+x] = c.look.table(c.key, float32(x)/c.size, float32(y)/c.size)
		}
	}
}

// each calls f for every pixel centre of the square of the given half side around (x, y) that lies in the
// picture.
func (c *canvas) each(x, y, half float32, f func(i int, px, py float32)) {
	y0, y1 := max(int(y-half), 0), min(int(y+half)+1, c.h)
	x0, x1 := max(int(x-half), 0), min(int(x+half)+1, c.w)
	for iy := y0; iy < y1; iy++ {
		for ix := x0; ix < x1; ix++ {
			f(iy*c.w+ix, float32(ix)+0.5, float32(iy)+0.5)
		}
	}
}

// stain soaks the table, more so where the texture's noise is high, so that its rim is frayed.
func (c *canvas) stain(s stain) {
	c.each(s.x, s.y, s.r, func(i int, x, y float32) {
		inside := clamp(1 - hypot(x-s.x, y-s.y)/s.r)
		frayed := smooth(clamp(float32(inside*3) - cloud(c.key+20, float32(6*x)/c.size, float32(6*y)/c.size)))
		c.pix[i] = c.pix[i].lerp(s.colour, float32(frayed*s.strength))
	})
}

// lay puts a thing on top of what is there: first its shadow, then itself. Its edge is blended over one
// pixel in the picture and sharp in the mask.
func (c *canvas) lay(t thing) {
	depth := float32(c.size * 0.03)
	sx, sy := float32(c.look.lx*depth), float32(c.look.ly*depth)
	c.each(t.x, t.y, t.r+float32(3*depth), func(i int, x, y float32) {
		d, _, _ := t.distance(x+sx, y+sy)
		shade := smooth(clamp(0.5 - d/float32(2*depth)))
		c.pix[i] = c.pix[i].scale(1 - float32(0.45*shade))
	})
	c.each(t.x, t.y, t.r+1, func(i int, x, y float32) {
		d, u, v := t.distance(x, y)
		if d < 0.5 {
			c.pix[i] = c.pix[i].lerp(c.surface(t, d, x, y, u, v), clamp(0.5-d))
		}
		if d < 0 {
			c.mask.Pix[i] = t.class
		}
	})
}

// surface returns a thing's colour at a point: its texture, its rim, and the light on it.
func (c *canvas) surface(t thing, d, x, y, u, v float32) rgb {
	var tone float32
	fu, fv := u/c.size, v/c.size
	switch t.key % 3 {
	case 0:
		tone = cloud(t.key, float32(12*fu), float32(12*fv))
	case 1:
		tone = smooth(wave(float32(14*fu) + noise(t.key, float32(8*fu), float32(8*fv))))
	default:
		tone = noise(t.key, float32(20*fu), float32(20*fv))
	}
	bright := 1 + float32(t.contrast*(tone-0.5))
	bright += float32(0.16*dot(x-t.x, y-t.y, c.look.lx, c.look.ly)) / t.r
	rim := clamp(1 + d/float32(c.size*0.02))
	return t.colour.scale(float32(bright * (1 - float32(0.22*rim))))
}

// develop lights the scene, blurs it, adds the sensor's noise and rounds to 8 bits.
func (c *canvas) develop(rng *rand.Rand) *raster.Image {
	c.light()
	c.blur(float32(c.look.defocus * rng.Float32()))
	im := &raster.Image{H: c.h, W: c.w, C: 3, Pix8: make([]uint8, c.h*c.w*3)}
	for i, p := range c.pix {
		for k, v := range p {
			bell := float32(rng.Float32()) + float32(rng.Float32()) + float32(rng.Float32()) + float32(rng.Float32()) - 2
			v += float32(bell * c.look.grain * 1.7320508) // the sum of four has a deviation of 1/√3
			im.Pix8[i*3+k] = uint8(float32(clamp(v)*255) + 0.5)
		}
	}
	return im
}

func (c *canvas) light() {
	cx, cy := float32(float32(c.w)/2), float32(float32(c.h)/2)
	for i, p := range c.pix {
		x, y := (float32(i%c.w)-cx)/c.size, (float32(i/c.w)-cy)/c.size
		bright := 1 + float32(c.look.slope*dot(x, y, c.look.lx, c.look.ly))
		bright -= float32(0.25 * dot(x, y, x, y))
		for k := range p {
			c.pix[i][k] = float32(p[k] * c.look.tint[k] * bright)
		}
	}
}

// blur blends the picture with its 3×3 binomial average.
func (c *canvas) blur(strength float32) {
	c.blurAlong(1, c.w, strength)
	c.blurAlong(c.w, c.h, strength)
}

// blurAlong filters with (1, 2, 1)/4 along the axis of the given stride and length; edges repeat.
func (c *canvas) blurAlong(stride, length int, strength float32) {
	src := append([]rgb(nil), c.pix...)
	for i, p := range src {
		before, after := i-stride, i+stride
		switch at := i / stride % length; at {
		case 0:
			before = i
		case length - 1:
			after = i
		}
		for k := range p {
			mean := (src[before][k] + src[after][k]) / 2
			c.pix[i][k] = lerp(p[k], mean, float32(strength/2))
		}
	}
}

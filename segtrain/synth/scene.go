package synth

import "math/rand/v2"

// thing is one object of a scene. Lengths are in pixels.
type thing struct {
	class    uint8
	x, y     float32 // centre
	ux, uy   float32 // direction of its own first axis, of length 1
	r        float32 // reach: no point lies farther from the centre
	aspect   float32 // free proportion in [0, 1), read by each outline in its way
	colour   rgb
	key      uint32  // of its texture
	contrast float32 // of its texture
}

// odds are the shares of the things among the classes, in percent, in the order of the classes.
var odds = [numClasses]int{Coin: 29, Tile: 25, Sail: 22, Ribbon: 14, Ring: 10}

// hues are the typical hues of the classes in turns. Their jitter overlaps: colour alone does not decide.
var hues = [numClasses]float32{Coin: 0.13, Tile: 0.58, Sail: 0.97, Ribbon: 0.78, Ring: 0.36}

// scatter returns 3 to 6 things in the order in which they are laid, the last on top.
func scatter(l look, rng *rand.Rand, h, w int) []thing {
	things := make([]thing, 0, 6)
	for range 3 + rng.IntN(4) {
		things = append(things, l.thing(rng, things, h, w))
	}
	return things
}

// thing draws one object: of three places it takes the one farthest from the others, so that covering happens
// and does not rule.
func (l look) thing(rng *rand.Rand, others []thing, h, w int) thing {
	size := float32(min(h, w))
	t := thing{class: class(rng), key: rng.Uint32(), aspect: rng.Float32()}
	t.ux, t.uy = direction(rng)
	t.r = between(rng, float32(0.11*size), float32(0.21*size))
	switch t.class {
	case Ribbon:
		t.r = between(rng, float32(0.20*size), float32(0.32*size))
	case Ring:
		t.r = between(rng, float32(0.13*size), float32(0.21*size))
	}
	t.x, t.y = place(rng, others, float32(h), float32(w))
	jitter := float32(0.13 * (float32(rng.Float32()) + float32(rng.Float32()) - 1))
	t.colour = hsv(hues[t.class]+jitter+l.hue, between(rng, 0.35, 0.8), between(rng, 0.6, 0.98))
	t.contrast = between(rng, 0.05, 0.35)
	return t
}

func class(rng *rand.Rand) uint8 {
	n := rng.IntN(100)
	for c, share := range odds {
		if n -= share; n < 0 {
			return uint8(c)
		}
	}
	panic("synth: odds do not add up to 100")
}

// direction returns a point of the unit circle, rational in a random number: no angle, no sine.
func direction(rng *rand.Rand) (x, y float32) {
	t := between(rng, -1, 1)
	tt := float32(t * t)
	x, y = (1-tt)/(1+tt), float32(2*t)/(1+tt)
	if rng.IntN(2) == 0 {
		x, y = -x, -y
	}
	return x, y
}

func place(rng *rand.Rand, others []thing, h, w float32) (x, y float32) {
	best := float32(-1)
	for range 3 {
		px := between(rng, float32(0.1*w), float32(0.9*w))
		py := between(rng, float32(0.1*h), float32(0.9*h))
		near := h + w
		for _, o := range others {
			near = min(near, hypot(px-o.x, py-o.y))
		}
		if near > best {
			best, x, y = near, px, py
		}
	}
	return x, y
}

// distance returns how far the point (x, y) of the picture lies outside the thing's outline; inside it is
// negative. It also returns the point in the thing's own frame.
func (t thing) distance(x, y float32) (d, u, v float32) {
	x, y = x-t.x, y-t.y
	u, v = dot(x, y, t.ux, t.uy), dot(x, y, -t.uy, t.ux)
	switch t.class {
	case Coin:
		d = hypot(u, v) - t.r
	case Tile:
		d = tile(u, v, t.r, t.aspect)
	case Sail:
		d = sail(u, v, t.r)
	case Ribbon:
		d = ribbon(u, v, t.r, t.aspect)
	case Ring:
		band := float32(t.r * lerp(0.19, 0.25, t.aspect))
		d = abs(hypot(u, v)-(t.r-band)) - band
	}
	return d, u, v
}

// tile is a rectangle from square to about 1:1.8 whose corners are rounded by an eighth of its reach.
func tile(u, v, r, aspect float32) float32 {
	corner := float32(r / 8)
	ox, oy := abs(u)-(float32(r*0.85)-corner), abs(v)-(float32(r*lerp(0.48, 0.8, aspect))-corner)
	return hypot(max(ox, 0), max(oy, 0)) + min(max(ox, oy), 0) - corner
}

// sail is an equilateral triangle with its corners at distance r.
func sail(u, v, r float32) float32 {
	const half, root = 0.5, 0.8660254 // cosine and sine of 60°
	side := float32(abs(v)*root) + float32(u*half)
	return max(side, -u) - float32(r*half)
}

// ribbon is a stripe along a parabola, measured along the parabola's normal.
func ribbon(u, v, r, aspect float32) float32 {
	bend := lerp(-0.55, 0.55, aspect) / r
	slope := float32(2 * bend * u)
	across := abs(v-float32(bend*float32(u*u))+float32(bend*float32(r*r))/3) / hypot(1, slope)
	return max(across-float32(r*0.13), abs(u)-float32(r*0.8))
}

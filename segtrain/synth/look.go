package synth

import "math/rand/v2"

// look is what the pictures of one group share.
type look struct {
	weave   uint8   // the table's texture
	scale   float32 // of the texture: cells across the shorter side
	ux, uy  float32 // direction of its grain
	dark    rgb     // the two tones of the table
	bright  rgb
	hue     float32 // shift of all things, in turns
	lx, ly  float32 // direction towards the light
	slope   float32 // how much the light falls off across the picture
	tint    rgb     // colour of the light
	grain   float32 // standard deviation of the sensor's noise, in [0, 1] units
	defocus float32 // most of the blur, in [0, 1]
}

// The textures of tables.
const (
	mottled uint8 = iota
	wood
	linen
	terrazzo
	numWeaves
)

func newLook(rng *rand.Rand) look {
	l := look{weave: uint8(rng.IntN(int(numWeaves)))}
	l.scale = between(rng, 4, 9)
	l.ux, l.uy = direction(rng)
	hue, saturation, value := float32(rng.Float32()), between(rng, 0.05, 0.3), between(rng, 0.4, 0.95)
	l.dark = hsv(hue, saturation, float32(value*0.7))
	l.bright = hsv(hue+between(rng, -0.06, 0.06), float32(saturation*0.8), value)
	l.hue = between(rng, -0.04, 0.04)
	l.lx, l.ly = direction(rng)
	l.slope = between(rng, 0.05, 0.35)
	l.tint = hsv(rng.Float32(), between(rng, 0, 0.12), 1)
	l.grain = between(rng, 0.008, 0.03)
	l.defocus = between(rng, 0, 0.9)
	return l
}

// table returns the table's colour at a point given in shorter sides.
func (l look) table(key uint32, x, y float32) rgb {
	u, v := float32(l.scale*dot(x, y, l.ux, l.uy)), float32(l.scale*dot(x, y, -l.uy, l.ux))
	tone := cloud(key, u, v)
	switch l.weave {
	case wood:
		tone = wave(float32(v*0.8) + float32(2*noise(key+7, float32(u*0.15), float32(v*0.6))))
		tone = lerp(tone, noise(key+8, float32(u*0.5), float32(5*v)), 0.5)
	case linen:
		threads := wave(float32(2*u)) + wave(float32(2*v))
		tone = lerp(tone, threads/2, 0.45)
	case terrazzo:
		if chip := noise(key+9, float32(u*1.7), float32(v*1.7)); chip > 0.72 {
			tone = clamp(tone + 0.5)
		}
	}
	return l.dark.lerp(l.bright, tone)
}

// stain is a soft spot on the table in the colour of some class, which is still ground.
type stain struct {
	x, y, r  float32
	strength float32
	colour   rgb
}

func (l look) stain(rng *rand.Rand, size float32, h, w int) stain {
	return stain{
		x: between(rng, 0, float32(w)), y: between(rng, 0, float32(h)),
		r:        between(rng, float32(0.15*size), float32(0.35*size)),
		strength: between(rng, 0.15, 0.4),
		colour:   hsv(hues[class(rng)]+l.hue, between(rng, 0.4, 0.7), between(rng, 0.5, 0.9)),
	}
}

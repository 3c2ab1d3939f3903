package augment

import (
	"math"
	"sync"
)

// CIE L*a*b* in 8 bits, as OpenCV has it, of sRGB under D65: L·255/100, a + 128 and b + 128. All in whole numbers with
// tables.

const (
	labBits  = 12           // of the matrices and of light on the way back
	labScale = 1 << labBits // 1, of light on the way back
	labLight = 8 * 255      // 1, of light on the way there
)

// The matrix on the way back, with 12 bits.
const (
	redX, redY, redZ       = 12615, -6296, -2223
	greenX, greenY, greenZ = -3773, 7684, 185
	blueX, blueY, blueZ    = 217, -836, 4715
)

var (
	shareOf    [3][256]xyzShare                                            // of samples of red, green and blue
	sampleOf   [1 << 16]uint8                                              // sRGB sample of light, which has 16 bits with a sign
	rootOf     [2048]uint16                                                // CIE's f of light, with 15 bits
	lightOf    [4 * labScale]int16                                         // its inverse, of 12 bits; the upper half is that of 0, for what is negative
	labY       [256]int32                                                  // f of the Y of a lightness, with 15 bits
	labX, labZ [256]int32                                                  // what the colours add to it
	toXYZ      = [9]uint32{1777, 1541, 778, 871, 2929, 296, 73, 448, 3575} // white is (1, 1, 1)
)

// An xyzShare is what a sample of an sRGB colour adds to its light: X and, in the upper half, Y; and Z. Those of blue have half of
// the last bit, which rounds.
type xyzShare struct {
	xy uint64
	z  uint32
}

// labTables makes them when they are needed first.
var labTables = sync.OnceFunc(func() {
	for v := range labY {
		light := uint32(whole(labLight * toLinear(float64(v)/255)))
		for c := range shareOf {
			var half uint32
			if c == 2 {
				half = labScale / 2
			}
			x, y := light*toXYZ[c]+half, light*toXYZ[3+c]+half
			shareOf[c][v] = xyzShare{uint64(y)<<32 | uint64(x), light*toXYZ[6+c] + half}
		}
		labX[v], labZ[v] = (int32(v)-128)*32768/500, -(int32(v)-128)*32768/200
		labY[v] = whole(32768 * (float64(v)*100/255 + 16) / 116)
	}
	for i := range sampleOf {
		switch light := int(int16(i)); {
		case light > labScale:
			sampleOf[i] = 255
		case light > 0:
			sampleOf[i] = uint8(whole(255 * fromLinear(float64(light)/labScale)))
		}
	}
	for i := range rootOf {
		rootOf[i] = uint16(whole(32768 * cieF(float64(i)/labLight)))
	}
	for i := range lightOf {
		at := i
		if i >= len(lightOf)/2 {
			at = 0
		}
		lightOf[i] = int16(whole(labScale * cieInverse(float64(at)/labScale)))
	}
})

func whole(v float64) int32 { return int32(math.Floor(float64(v) + 0.5)) }

func toLinear(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return power((v+0.055)/1.055, 2.4)
}

func fromLinear(v float64) float64 {
	if v <= 0.0031308 {
		return v * 12.92
	}
	return float64(1.055*power(v, 1/2.4)) - 0.055
}

func cieF(v float64) float64 {
	if v <= 216.0/24389 {
		return float64(v*24389/27/116) + 16.0/116
	}
	return power(v, 1.0/3)
}

func cieInverse(f float64) float64 {
	if f <= 6.0/29 {
		return (float64(f) - 16.0/116) * 116 * 27 / 24389
	}
	return f * f * f
}

// toLab computes lightness and the two colours of pixels of three channels. The largest light is 2040, so that the tables have
// room, and Go need not look.
func toLab(src, light, colours []uint8) {
	labTables()
	src, colours = src[:3*len(light)], colours[:2*len(light)]
	for i := range light {
		s, c := src[3*i:3*i+3:3*i+3], colours[2*i:2*i+2:2*i+2]
		r, g, b := &shareOf[0][s[0]], &shareOf[1][s[1]], &shareOf[2][s[2]]
		xy := r.xy + g.xy + b.xy
		fx := int32(rootOf[uint32(xy)>>labBits&2047])
		fy := int32(rootOf[uint32(xy>>32)>>labBits&2047])
		fz := int32(rootOf[(r.z+g.z+b.z)>>labBits&2047])
		light[i] = uint8(min(max((fy*296-16*255*32768/100+1<<14)>>15, 0), 255))
		c[0] = uint8(min(max((500*(fx-fy)+128<<15+1<<14)>>15, 0), 255))
		c[1] = uint8(min(max((200*(fy-fz)+128<<15+1<<14)>>15, 0), 255))
	}
}

// fromLab is the way back. Light and what it is made of may lie outside of what samples have: the tables are as large as what can
// be computed, negative numbers at their ends, and Go need not look.
func fromLab(light, colours, dst []uint8) {
	labTables()
	dst, colours = dst[:3*len(light)], colours[:2*len(light)]
	for i, l := range light {
		d, c := dst[3*i:3*i+3:3*i+3], colours[2*i:2*i+2:2*i+2]
		fy := labY[l]
		x := int32(lightOf[(fy+labX[c[0]])>>3&(4*labScale-1)])
		y := int32(lightOf[fy>>3&(4*labScale-1)])
		z := int32(lightOf[(fy+labZ[c[1]])>>3&(4*labScale-1)])
		d[0] = sampleOf[uint16((redX*x+redY*y+redZ*z+labScale/2)>>labBits)]
		d[1] = sampleOf[uint16((greenX*x+greenY*y+greenZ*z+labScale/2)>>labBits)]
		d[2] = sampleOf[uint16((blueX*x+blueY*y+blueZ*z+labScale/2)>>labBits)]
	}
}

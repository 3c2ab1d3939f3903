package augment

import "math"

// CIE L*a*b* in 8 bits, as OpenCV has it, of sRGB under D65: L·255/100, a + 128 and b + 128. All in whole numbers with
// tables.

const (
	labBits  = 12           // of the matrices and of light on the way back
	labScale = 1 << labBits // 1, of light on the way back
	labLight = 8 * 255      // 1, of light on the way there
)

var (
	linearOf   [256]int32                                                 // light of an sRGB sample
	sampleOf   [labScale + 1]uint8                                        // sRGB sample of light
	rootOf     [labLight * 3 / 2]int32                                    // CIE's f of light, with 15 bits
	lightOf    [2 * labScale]int32                                        // its inverse, of 12 bits
	labY       [256]int32                                                 // f of the Y of a lightness, with 15 bits
	labX, labZ [256]int32                                                 // what the colours add to it
	toXYZ      = [9]int32{1777, 1541, 778, 871, 2929, 296, 73, 448, 3575} // white is (1, 1, 1)
	fromXYZ    = [9]int32{12615, -6296, -2223, -3773, 7684, 185, 217, -836, 4715}
)

func init() {
	for v := range linearOf {
		linearOf[v] = whole(labLight * toLinear(float64(v)/255))
		labX[v], labZ[v] = (int32(v)-128)*32768/500, -(int32(v)-128)*32768/200
		labY[v] = whole(32768 * (float64(v)*100/255 + 16) / 116)
	}
	for i := range sampleOf {
		sampleOf[i] = uint8(whole(255 * fromLinear(float64(i)/labScale)))
	}
	for i := range rootOf {
		rootOf[i] = whole(32768 * cieF(float64(i)/labLight))
	}
	for i := range lightOf {
		lightOf[i] = whole(labScale * cieInverse(float64(i)/labScale))
	}
}

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

// toLab returns lightness and the two colours.
func toLab(r, g, b uint8) (l, ca, cb uint8) {
	lr, lg, lb := linearOf[r], linearOf[g], linearOf[b]
	fx := rootOf[(lr*toXYZ[0]+lg*toXYZ[1]+lb*toXYZ[2]+labScale/2)>>labBits]
	fy := rootOf[(lr*toXYZ[3]+lg*toXYZ[4]+lb*toXYZ[5]+labScale/2)>>labBits]
	fz := rootOf[(lr*toXYZ[6]+lg*toXYZ[7]+lb*toXYZ[8]+labScale/2)>>labBits]
	l = uint8(min(max((fy*296-16*255*32768/100+1<<14)>>15, 0), 255))
	ca = uint8(min(max((500*(fx-fy)+128<<15+1<<14)>>15, 0), 255))
	cb = uint8(min(max((200*(fy-fz)+128<<15+1<<14)>>15, 0), 255))
	return l, ca, cb
}

// fromLab is the way back.
func fromLab(l, ca, cb uint8) (r, g, b uint8) {
	fy := labY[l]
	x := lightOf[min(max(fy+labX[ca], 0)>>3, 2*labScale-1)]
	y := lightOf[fy>>3]
	z := lightOf[min(max(fy+labZ[cb], 0)>>3, 2*labScale-1)]
	r = sampleOf[min(max(fromXYZ[0]*x+fromXYZ[1]*y+fromXYZ[2]*z+labScale/2, 0)>>labBits, labScale)]
	g = sampleOf[min(max(fromXYZ[3]*x+fromXYZ[4]*y+fromXYZ[5]*z+labScale/2, 0)>>labBits, labScale)]
	b = sampleOf[min(max(fromXYZ[6]*x+fromXYZ[7]*y+fromXYZ[8]*z+labScale/2, 0)>>labBits, labScale)]
	return r, g, b
}

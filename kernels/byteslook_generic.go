package kernels

import "encoding/binary"

func bytesLineGeneric(first, step int64, y []int32) {
	for i := range y {
		y[i] = int32(first >> 24)
		first += step
	}
}

// bytesLook3Generic does three sums of weighted bytes at once, in lanes of 16 bits.
func bytesLook3Generic(width int, pix []uint8, px, py []int32, out []uint8) (done int) {
	const lanes, halves = 0x000000ff00ff00ff, 0x0000008000800080
	stride := 3 * width
	lastX, lastY := uint(max(width-2, 0)), uint(max(len(pix)/stride-1, 0))
	py = py[:len(px)]
	for i, x := range px {
		y := py[i]
		x0, y0 := int(x>>8), int(y>>8)
		if uint(x0) >= lastX || uint(y0) >= lastY {
			continue
		}
		fx, fy := uint64(x&255), uint64(y&255)
		both := (fx*fy + 128) >> 8
		at := y0*stride + x0*3
		p := binary.LittleEndian.Uint64(pix[at : at+8 : at+8])
		at += stride - 2 // two bytes earlier, so that the last row is not left
		q := binary.LittleEndian.Uint64(pix[at:at+8:at+8]) >> 16
		sum := spreadBytes(p)*(256-fx-fy+both) + spreadBytes(p>>24)*(fx-both) +
			spreadBytes(q)*(fy-both) + spreadBytes(q>>24)*both
		sum = (sum + halves) >> 8 & lanes
		d := out[3*i:][:3:3]
		d[0], d[1], d[2] = uint8(sum), uint8(sum>>32), uint8(sum>>16)
		done++
	}
	return done
}

// spreadBytes puts the first, the third and the second of the lowest bytes into lanes of 16 bits.
func spreadBytes(v uint64) uint64 { return v&0xff00ff | v&0xff00<<24 }

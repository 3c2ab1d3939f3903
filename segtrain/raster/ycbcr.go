package raster

import (
	"image"
	"image/color"
)

// convertYCbCr turns luma and chroma into RGB. JPEG uses the full range of a byte; WebP's lossy stream (VP8, RFC 6386
// section 9.2) holds studio range, luma 16..235, which the decoder passes on unmarked.
// The alpha plane is nil for an opaque picture; chroma is upsampled by repetition.
func convertYCbCr(info Info, src *image.YCbCr, alpha *image.NYCbCrA) *Image {
	toRGB := color.YCbCrToRGB
	if info.Format == "WebP" {
		toRGB = studioToRGB
	}
	im := NewImage(info.H, info.W, info.C)
	b := src.Rect
	for y := range im.H {
		for x := range im.W {
			p := im.Pix8[(y*im.W+x)*im.C:][:im.C]
			luma, chroma := src.YOffset(b.Min.X+x, b.Min.Y+y), src.COffset(b.Min.X+x, b.Min.Y+y)
			p[0], p[1], p[2] = toRGB(src.Y[luma], src.Cb[chroma], src.Cr[chroma])
			if im.C == 4 {
				p[3] = 255
				if alpha != nil {
					p[3] = alpha.A[alpha.AOffset(b.Min.X+x, b.Min.Y+y)]
				}
			}
		}
	}
	return im
}

// studioToRGB is ITU-R BT.601 for luma 16..235 and chroma 16..240, in 16-bit fixed point.
func studioToRGB(y, cb, cr uint8) (r, g, b uint8) {
	l := 76309*(int32(y)-16) + 1<<15
	u, v := int32(cb)-128, int32(cr)-128
	return clamp8((l + 104597*v) >> 16), clamp8((l - 25675*u - 53279*v) >> 16), clamp8((l + 132201*u) >> 16)
}

func clamp8(v int32) uint8 { return uint8(max(0, min(255, v))) }

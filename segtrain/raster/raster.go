// Package raster holds pictures and masks as plain arrays and moves them between files and memory.
//
// An Image is what a file holds (8 or 16 bits a sample, any number of channels), a Float is what the network's
// pre-processing works on, and a Mask is one class index a pixel. All three are row-major and contiguous: H, W, C.
package raster

// Image is a decoded picture, H×W×C, interleaved, row-major.
// Exactly one of Pix8 and Pix16 is set, with H*W*C samples.
type Image struct {
	H, W, C int
	Pix8    []uint8
	Pix16   []uint16
}

// Float is a working picture, H×W×C, with samples nominally in [0, 1].
type Float struct {
	H, W, C int
	Pix     []float32
}

// Mask is one class index a pixel, H×W.
type Mask struct {
	H, W int
	Pix  []uint8
}

// NewFloat returns a black H×W×C picture.
func NewFloat(h, w, c int) *Float { return &Float{h, w, c, make([]float32, h*w*c)} }

// NewMask returns an H×W mask of class 0.
func NewMask(h, w int) *Mask { return &Mask{h, w, make([]uint8, h*w)} }

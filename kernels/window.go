package kernels

import "fmt"

// A Window slides over an image: the geometry shared by convolution, depthwise convolution and pooling.
// Output pixel (oy, ox) sees input pixels (oy*SH - PT + ky*DH, ox*SW - PL + kx*DW); those outside are zero.
type Window struct {
	IH, IW         int // size of the input image
	KH, KW         int // size of the window
	SH, SW         int // stride
	DH, DW         int // dilation, 1 for a dense window
	PT, PL, PB, PR int // padding at the top, left, bottom and right
}

// OH returns the height of the output.
func (w Window) OH() int { return (w.IH+w.PT+w.PB-(w.KH-1)*w.DH-1)/w.SH + 1 }

// OW returns the width of the output.
func (w Window) OW() int { return (w.IW+w.PL+w.PR-(w.KW-1)*w.DW-1)/w.SW + 1 }

// Check returns an error if a number is out of range or the window is larger than the padded image.
func (w Window) Check() error {
	switch {
	case w.IH < 1 || w.IW < 1 || w.KH < 1 || w.KW < 1 || w.SH < 1 || w.SW < 1 || w.DH < 1 || w.DW < 1:
		return fmt.Errorf("sizes, strides and dilations must be at least 1: %+v", w)
	case w.PT < 0 || w.PL < 0 || w.PB < 0 || w.PR < 0:
		return fmt.Errorf("negative padding: %+v", w)
	case w.IH+w.PT+w.PB < (w.KH-1)*w.DH+1 || w.IW+w.PL+w.PR < (w.KW-1)*w.DW+1:
		return fmt.Errorf("window %d×%d (dilation %d×%d) is larger than the padded image %d×%d",
			w.KH, w.KW, w.DH, w.DW, w.IH+w.PT+w.PB, w.IW+w.PL+w.PR)
	}
	return nil
}

// transposed returns the window of the gradient of the input: a stride of 1 over the output image, which is spread
// by the stride (see spread), giving IH×IW again. Its padding may be negative, which crops.
func (w Window) transposed() (t Window, s spread) {
	s = spread{w.SH, w.SW}
	t = Window{KH: w.KH, KW: w.KW, SH: 1, SW: 1, DH: w.DH, DW: w.DW}
	t.IH, t.IW = (w.OH()-1)*w.SH+1, (w.OW()-1)*w.SW+1
	t.PT, t.PL = (w.KH-1)*w.DH-w.PT, (w.KW-1)*w.DW-w.PL
	t.PB = w.IH - 1 + (w.KH-1)*w.DH - t.PT - (t.IH - 1)
	t.PR = w.IW - 1 + (w.KW-1)*w.DW - t.PL - (t.IW - 1)
	return t, s
}

// A spread lays the rows and columns of an image so far apart, with zeros between.
type spread struct{ h, w int }

// copyBand writes rows×cols pixels of c channels to dst, contiguous: those of the image x, spread by s, from row y0 and
// column x0 on, and zeros where that lies outside. The pixels of x are ld floats apart, iw in a row, ih rows.
func copyBand(ih, iw, c, ld int, s spread, y0, x0, rows, cols int, x, dst []float32) {
	for r := range rows {
		line := dst[r*cols*c:][:cols*c]
		y := y0 + r
		if y < 0 || y%s.h != 0 || y/s.h >= ih {
			clear(line)
			continue
		}
		copyLine(iw, c, ld, s.w, x0, x[y/s.h*iw*ld:], line)
	}
}

// copyLine is copyBand for one row that exists.
func copyLine(iw, c, ld, step, x0 int, x, line []float32) {
	cols := len(line) / c
	if step == 1 {
		begin, end := min(max(0, -x0), cols), min(max(0, iw-x0), cols)
		end = max(begin, end)
		clear(line[:begin*c])
		clear(line[end*c:])
		if ld == c {
			copyAhead(line[begin*c:end*c], x[max(0, x0)*c:])
			return
		}
		for i := begin; i < end; i++ {
			copy(line[i*c:(i+1)*c], x[(x0+i)*ld:])
		}
		return
	}
	clear(line)
	for i := range cols {
		if at := x0 + i; at >= 0 && at%step == 0 && at/step < iw {
			copy(line[i*c:(i+1)*c], x[at/step*ld:])
		}
	}
}

package workflow

import (
	"fmt"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// inspectStacks looks at masks with a channel a class, which are arrays of NumPy, and tells whether these are such. Where no pixel
// is in two channels they are one-hot, of all classes or of all but the first; otherwise classes overlap.
func inspectStacks(f *config.Facts, m data.Manifest) (stacked bool, err error) {
	overlap, none, channels := false, false, 0
	for _, r := range m {
		if f.Classes != nil { // a file a class
			return false, nil
		}
		info, err := raster.Probe(r.Mask)
		if err != nil {
			return false, fmt.Errorf("mask %s: %w", r.Mask, err)
		}
		if info.Format != "NPY" || info.C < 2 {
			return false, nil
		}
		if channels == 0 {
			channels = info.C
		}
		if info.C != channels {
			return false, fmt.Errorf("mask %s: %d channels, others have %d; allowed: a channel a class in all", r.Mask, info.C, channels)
		}
		im, err := raster.Read(r.Mask)
		if err != nil {
			return false, fmt.Errorf("mask: %w", err)
		}
		for i := range im.H * im.W {
			n := marked(im, i)
			overlap, none = overlap || n > 1, none || n == 0
		}
	}
	switch {
	case overlap:
		f.Task, f.MaskCode = config.Multilabel, string(raster.ChannelsCode)
	case none:
		f.MaskCode, f.Classes = string(raster.OneHotCode), []string{"background"}
	default:
		f.MaskCode = string(raster.OneHotCode)
	}
	for k := range channels {
		f.Classes = append(f.Classes, fmt.Sprintf("channel_%d", k))
	}
	return channels > 0, nil
}

// marked counts the channels in which a pixel is not 0.
func marked(im *raster.Image, pixel int) (n int) {
	for k := range im.C {
		if i := pixel*im.C + k; im.Pix16 != nil && im.Pix16[i] != 0 || im.Pix8 != nil && im.Pix8[i] != 0 {
			n++
		}
	}
	return n
}

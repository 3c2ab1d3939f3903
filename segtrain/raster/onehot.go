package raster

import "fmt"

// decodeOneHot reads a mask that has a channel for each class, or for each but class 0: a pixel is of the class whose
// channel is not zero. Alpha is a channel too, unless that makes one too many.
func (c MaskCode) decodeOneHot(im *Image) (*Mask, error) {
	first, n := 0, im.C
	if n == 4 && n > c.Classes {
		n = 3
	}
	switch n {
	case c.Classes:
	case c.Classes - 1:
		first = 1
	default:
		return nil, fmt.Errorf("%d channels; allowed in a one-hot mask of %d classes: %d, or %d without class 0",
			im.C, c.Classes, c.Classes, c.Classes-1)
	}
	m := NewMask(im.H, im.W)
	for i := range m.Pix {
		found := -1
		for k := range n {
			at := i*im.C + k
			if im.Pix16 != nil && im.Pix16[at] == 0 || im.Pix16 == nil && im.Pix8[at] == 0 {
				continue
			}
			if found >= 0 {
				return nil, fmt.Errorf("channels %d and %d are both set at pixel (x %d, y %d); allowed in a one-hot mask: one",
					found, k, i%im.W, i/im.W)
			}
			found = k
		}
		switch {
		case found >= 0:
			m.Pix[i] = uint8(found + first)
		case first == 1: // class 0 has no channel
		case c.Ignore >= 0:
			m.Pix[i] = uint8(c.Ignore)
		default:
			return nil, fmt.Errorf("no channel is set at pixel (x %d, y %d); allowed in a one-hot mask: one, or none for "+
				"class 0 where it has no channel, or for what is ignored", i%im.W, i/im.W)
		}
	}
	return m, nil
}

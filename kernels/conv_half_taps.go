package kernels

// A halfTap is where a tap of a halfGradient finds its operands. Rows of A that begin within a line of the cache take a matrix unit up
// to twice the time, so A begins with the last whole block of pixels before the tap's offset in the planes, and dy is late by the pixels
// that are left: by pairs of them in a panel whose head is zeros, and by one more in a second panel, of pairs that begin a pixel earlier.
type halfTap struct {
	tap, phase int // their numbers
	a          int // from the beginning of a phase's plane, in whole blocks
	late       int // pixels, less than dotK
}

// halfTaps lists the taps by phases, in each those that read the first panel before those that read the second.
func (g *halfGradient) halfTaps(c *Conv) (taps []halfTap) {
	for f, phase := range g.phases {
		for odd := range 2 {
			for tap := range c.KH * c.KW {
				ky, kx := tap/c.KW*c.DH, tap%c.KW*c.DW
				at := ky/c.SH*g.positions + kx/c.SW
				if phase == (halfPhase{ky % c.SH, kx % c.SW}) && at%2 == odd {
					taps = append(taps, halfTap{tap: tap, phase: f, a: at &^ (dotK - 1), late: at % dotK})
				}
			}
		}
	}
	return taps
}

// lateness sets what follows from the taps: how late dy is at most, and what panels there are for that.
func (g *halfGradient) lateness() {
	g.panels = 1
	for _, t := range g.taps {
		g.late = max(g.late, t.late)
		g.panels = max(g.panels, 1+t.late%2)
	}
	if g.late > 0 {
		g.head = dotK / 2
	}
}

// dotBlocks lists the blocks of so many channels, for panels of width columns: the taps of 32 channels, two blocks each, and of the rest.
func (g *halfGradient) dotBlocks(c *Conv, channels, width int) (blocks []dotBlock) {
	for first := 0; first < channels; first += 2 * dotRows {
		for _, t := range g.taps {
			for i := first; i < min(first+2*dotRows, channels); i += dotRows {
				blocks = append(blocks, dotBlock{
					a: i*g.lda + t.phase*g.plane + t.a,
					b: (t.late%2*g.rows + g.head - t.late/2) * 2 * width,
					c: (t.tap*c.IC + i) * c.OC,
					m: min(dotRows, channels-i),
				})
			}
		}
	}
	return blocks
}

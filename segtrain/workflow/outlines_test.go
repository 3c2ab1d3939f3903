package workflow

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// things returns a noisy picture of a bright rectangle and a dark one, and its mask.
func things(rng *rand.Rand) (*raster.Float, *raster.Mask) {
	const h, w = 96, 128
	f, m := raster.NewFloat(h, w, 3), raster.NewMask(h, w)
	for i := range f.Pix {
		f.Pix[i] = 0.5 + 0.05*rng.Float32()
	}
	for class := range 2 {
		y, x, sh, sw := rng.IntN(60), rng.IntN(80), 12+rng.IntN(20), 12+rng.IntN(30)
		for dy := range sh {
			for dx := range sw {
				at := (y+dy)*w + x + dx
				m.Pix[at] = uint8(class + 1)
				for c := range 3 {
					f.Pix[3*at+c] = float32(class) * 0.9
				}
			}
		}
	}
	return f, m
}

// changedMasks judges 40 pictures whose masks were changed; change gets the mask before, too.
func changedMasks(change func(m, before *raster.Mask) *raster.Mask) Check {
	rng := rand.New(rand.NewPCG(1, 2))
	o := newOutlines(255)
	_, before := things(rng)
	for range 40 {
		f, m := things(rng)
		o.add(f, change(m, before))
		before = m
	}
	return o.judge("outlines")
}

func TestOutlines(t *testing.T) {
	moved := func(dy, dx int) func(m, _ *raster.Mask) *raster.Mask {
		return func(m, _ *raster.Mask) *raster.Mask {
			return m.Pad(max(0, dy), max(0, -dy), max(0, dx), max(0, -dx), 0).Crop(max(0, -dy), max(0, -dx), m.H, m.W)
		}
	}
	for _, c := range []struct {
		name   string
		change func(m, before *raster.Mask) *raster.Mask
		want   Verdict
		text   string
	}{
		{"as they are", func(m, _ *raster.Mask) *raster.Mask { return m }, Pass, "stronger there in 40 of 40"},
		{"a pixel away", moved(1, 0), Pass, "stronger there"},
		{"of other pictures", func(_, b *raster.Mask) *raster.Mask { return b }, Fail, "(wanted: 27)"},
		{"moved", moved(4, 0), Fail, "masks fit better moved by -4 down and 0 right"},
		{"mirrored", func(m, _ *raster.Mask) *raster.Mask {
			out := raster.NewMask(m.H, m.W)
			for i, v := range m.Pix {
				out.Pix[i/m.W*m.W+m.W-1-i%m.W] = v
			}
			return out
		}, Fail, "masks fit better mirrored left and right"},
		{"empty", func(m, _ *raster.Mask) *raster.Mask { return raster.NewMask(m.H, m.W) }, Skip, "0 samples have outlines"},
	} {
		got := changedMasks(c.change)
		assert.Equal(t, c.want, got.Verdict, "%s: %s", c.name, got.Text)
		assert.Contains(t, got.Text, c.text, c.name)
	}
}

// Pixels that do not count have no outline.
func TestOutlinesLeaveOutWhatIsIgnored(t *testing.T) {
	m := raster.NewMask(4, 6)
	for i := range m.Pix {
		if i%6 >= 3 {
			m.Pix[i] = 255
		}
	}
	assert.Empty(t, outlineOf(m, 255))
	require.Len(t, outlineOf(m, -1), 4)
	assert.Equal(t, [2]int{0, 2}, outlineOf(m, -1)[0])
}

func TestForecastInWords(t *testing.T) {
	for want, f := range map[string]Forecast{
		"about 3 h 20 min, 1.4 GB": {Seconds: 12030, MemoryBytes: 1_400_000_000},
		"about 14 min, 300 MB":     {Seconds: 14*60 + 20, MemoryBytes: 300_000_000},
		"about 8 s, 1.0 GB":        {Seconds: 7.2, MemoryBytes: 1_000_000_000},
	} {
		assert.Equal(t, want, f.String())
	}
}

// TestOutlinesOfFlagsWarn: what is outside of a few classes has edges as well, so that these do not stop a run.
func TestOutlinesOfFlagsWarn(t *testing.T) {
	failed := Check{Verdict: Fail}
	assert.Equal(t, Fail, (&debugger{session: session{cfg: parse(t)}}).milder(failed).Verdict)
	assert.Equal(t, Warn, (&debugger{session: session{cfg: parse(t, oneThing...)}}).milder(failed).Verdict)
	assert.Equal(t, Pass, (&debugger{session: session{cfg: parse(t, oneThing...)}}).milder(Check{Verdict: Pass}).Verdict)
}

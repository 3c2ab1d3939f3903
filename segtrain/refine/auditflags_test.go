package refine

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// TestFlagPixelsByHand holds one class of flags to what an auditor of two classes says of the same, beside a class that is always right.
func TestFlagPixelsByHand(t *testing.T) {
	there := []float32{0.125, 0.125, 0.875, 0.875, 0.875, 0.75, 1, 0.625}
	labels := []uint8{0, 0, 0, 0, 1, 1, 9, 1}
	two, flags := raster.NewFloat(2, 4, 2), raster.NewFloat(2, 4, 2)
	both := make([]uint8, 16)
	for i, p := range there {
		two.Pix[2*i], two.Pix[2*i+1] = 1-p, p
		flags.Pix[2*i], flags.Pix[2*i+1] = float32(i%2), p
		both[2*i], both[2*i+1] = uint8(i%2), labels[i]
	}
	want, got := NewAuditor(AuditOptions{Classes: 2, Ignore: 9}), NewAuditor(AuditOptions{Classes: 2, Flags: true, Ignore: 9})
	want.Learn(two, labels)
	got.Learn(flags, both)
	a, list := want.Look(two, labels)[0], got.Look(flags, both)
	require.Len(t, list, 2)
	assert.Equal(t, []float64{1, 1, 0.5, 0.75}, got.thresholds)
	c := list[1]
	for i, v := range a.Suggested {
		if v == 9 {
			assert.Equal(t, uint8(none), c.Suggested[i], "is ignored")
			continue
		}
		assert.Equal(t, []uint8{v + 2, a.Predicted[i] + 2}, []uint8{c.Suggested[i], c.Predicted[i]})
	}
	assert.Equal(t, a.Margin, c.Margin)
	assert.Equal(t, make([]float32, 8), list[0].Margin)

	want.Judge("x", two, labels)
	got.Judge("x", flags, both)
	r, w := got.Result(), want.Result()
	assert.Equal(t, [][]int64{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 2}, {0, 0, 0, 0}}, r.Suggested)
	for k := range 2 {
		assert.Equal(t, w.Noise[k].Wrong, r.Noise[2+k].Wrong)
		assert.Equal(t, w.Noise[k].Missed, r.Noise[2+k].Missed)
		assert.Zero(t, r.Noise[k].Wrong)
	}
	require.Len(t, r.Findings, 1)
	assert.Equal(t, Region{Given: 2, Suggested: 3, Box: Box{2, 0, 4, 1}, Area: 2, Confidence: 0.75}, r.Findings[0].Region)
	assert.InDelta(t, 2./15, r.Images[0].Contradicted, 1e-12, "of the labels that count")
	assert.InDelta(t, (1+3./5)/2, r.Images[0].MeanIoU, 1e-12, "of what is there, not of what is not")
}

// TestSpoiltFlagsRankFirst erases the class of one image, and gives another a class that it does not show.
func TestSpoiltFlagsRankFirst(t *testing.T) {
	a := NewAuditor(AuditOptions{Classes: 2, Flags: true, Ignore: -1})
	const images, side = 20, 16
	p, labels := make([]*raster.Float, images), make([][]uint8, images)
	for i := range p {
		p[i], labels[i] = raster.NewFloat(side, side, 2), make([]uint8, 2*side*side)
		for j := range labels[i] {
			at := j / 2
			there := at/side < 5+i%3 && j%2 == 0 || at%side < 4+i%4 && j%2 == 1
			if p[i].Pix[j] = 0.05; there {
				labels[i][j], p[i].Pix[j] = 1, 0.9
			}
			switch {
			case i == 7 && j%2 == 0:
				labels[i][j] = 0
			case i == 13 && j%2 == 1:
				labels[i][j] = 1
			}
		}
	}
	ids := "abcdefghijklmnopqrst"
	for i := range p {
		a.Learn(p[i], labels[i])
	}
	for i := range p {
		a.Judge(ids[i:i+1], p[i], labels[i])
	}
	r := a.Result()
	first := []string{r.Images[0].ID, r.Images[1].ID}
	assert.ElementsMatch(t, []string{"h", "n"}, first)
	for _, s := range r.Images[:2] {
		d := s.Classes[0]
		if s.ID == "h" {
			assert.Equal(t, []int{1, 1}, []int{d.Class, d.Suggested}, "class 0 should be there")
			assert.EqualValues(t, side*(5+7%3), d.Contradicted)
		} else {
			assert.Equal(t, []int{3, 2}, []int{d.Class, d.Suggested}, "class 1 should not")
		}
	}
	assert.Less(t, r.Images[2].Score, 3.0)
}

func TestFlagAuditorMisuse(t *testing.T) {
	assert.ErrorContains(t, AuditOptions{Classes: 128, Flags: true}.Check(), "128 classes; allowed: 1 to 127")
	assert.NoError(t, AuditOptions{Classes: 1, Flags: true}.Check())
	a := NewAuditor(AuditOptions{Classes: 1, Flags: true, Ignore: 255})
	assert.PanicsWithValue(t, "refine: label 2 of class 0 at pixel 1; there are 0 and 1", func() { a.Learn(raster.NewFloat(1, 2, 1), []uint8{255, 2}) })
	assert.Panics(t, func() { a.Learn(raster.NewFloat(1, 2, 2), []uint8{0, 0}) })
}

package ink

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

func written(text string, at Point, w Words) *Canvas {
	c := New(60, 60, 2)
	w.Ink = color.Black
	c.Text(text, at, w)
	return c
}

// Capitals of the Go font are 0.72 of its size high, and stand on the base line.
func TestTextStandsOnItsLine(t *testing.T) {
	_, x0, y0, x1, y1 := covered(written("HEH", Point{5, 40}, Words{Size: 16}).Image())
	assert.Equal(t, 80, y1)
	assert.InDelta(t, 0.72*16*2, y1-y0, 2)
	assert.InDelta(t, 10, x0, 4)
	assert.InDelta(t, 10+2*Width("HEH", 16), x1, 4)
	_, _, _, _, below := covered(written("g", Point{5, 40}, Words{Size: 16}).Image())
	assert.Greater(t, below, 82)
}

func TestTextIsAligned(t *testing.T) {
	length := 2 * Width("Heim", 12)
	for _, align := range []float64{0, 0.5, 1} {
		_, x0, _, x1, _ := covered(written("Heim", Point{30, 30}, Words{Size: 12, Align: align}).Image())
		assert.InDelta(t, 60-align*length, x0, 3)
		assert.InDelta(t, 60+(1-align)*length, x1, 3)
	}
}

// Turned text is the same text: of the same area, and where the turn takes it.
func TestTextTurns(t *testing.T) {
	level, x0, y0, x1, y1 := covered(written("Rgo", Point{30, 30}, Words{Size: 14}).Image())
	up := written("Rgo", Point{30, 30}, Words{Size: 14, Turn: -math.Pi / 2}).Image()
	area, u0, v0, u1, v1 := covered(up)
	assert.InEpsilon(t, level, area, 0.01)
	assert.Equal(t, [4]int{y0, 120 - x1, y1, 120 - x0}, [4]int{u0, v0, u1, v1})
	slanted, _, _, _, _ := covered(written("Rgo", Point{30, 30}, Words{Size: 14, Turn: -math.Pi / 4}).Image())
	assert.InEpsilon(t, level, slanted, 0.02)
}

func TestWidth(t *testing.T) {
	assert.Zero(t, Width("", 12))
	assert.InEpsilon(t, 2*Width("mean IoU", 12), Width("mean IoU", 24), 1e-3)
	assert.Greater(t, Width("WWW", 12), 2*Width("iii", 12))
	assert.InEpsilon(t, 3*Width("0", 12), Width("000", 12), 1e-3)
}

// Letters that the font lacks are boxes; what is no text harms nothing.
func TestTextOfAllKinds(t *testing.T) {
	for _, text := range []string{"Ü", "ж", "λ", "雪", "\xff", "🙂"} {
		area, _, _, _, _ := covered(written(text, Point{20, 30}, Words{Size: 14}).Image())
		assert.Greater(t, area, 20.0, "%q", text)
		assert.Greater(t, Width(text, 14), 2.0, "%q", text)
	}
	for _, text := range []string{"", " ", "\n\x00"} {
		written(text, Point{20, 30}, Words{Size: 14})
	}
}

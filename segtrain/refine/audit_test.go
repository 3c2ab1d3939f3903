package refine

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// A scene is an image with its true labels and what a model says of it.
type scene struct {
	id     string
	h, w   int
	truth  []uint8
	labels []uint8
	p      *raster.Float
}

const (
	ground, sky, rare, hard = 0, 1, 2, 3
	ignored                 = 255
)

// scenes are pictures of ground below sky, with a small thing in every second one that the model sees well and one in all that it
// never sees right. The model is sure of itself, more or less.
func scenes(n int) []scene {
	list := make([]scene, n)
	for i := range list {
		rng := rand.New(rand.NewPCG(1, uint64(i)))
		s := scene{id: fmt.Sprintf("image%03d", i), h: 24, w: 32}
		s.truth = make([]uint8, s.h*s.w)
		horizon := 8 + rng.IntN(8)
		s.p = raster.NewFloat(s.h, s.w, 4)
		x, y := rng.IntN(20), rng.IntN(6)
		for k := range s.truth {
			class := uint8(ground)
			switch row, col := k/s.w, k%s.w; {
			case i%2 == 0 && row >= y && row < y+4 && col >= x && col < x+5:
				class = rare
			case row >= 20 && col >= 26:
				class = hard
			case row < horizon:
				class = sky
			}
			s.truth[k] = class
			said, sure := class, 0.7+0.25*rng.Float32()
			if class == hard {
				said = []uint8{ground, hard, rare}[rng.IntN(3)]
				sure = 0.4 + 0.3*rng.Float32()
			}
			for c := range 4 {
				s.p.Pix[4*k+c] = (1 - sure) / 3
			}
			s.p.Pix[4*k+int(said)] = sure
		}
		s.labels = append([]uint8(nil), s.truth...)
		s.labels[0] = ignored
		list[i] = s
	}
	return list
}

func audited(list []scene) *Audit {
	a := NewAuditor(AuditOptions{Classes: 4, Ignore: ignored, MinRegion: 0.004})
	for _, s := range list {
		a.Learn(s.p, s.labels)
	}
	for _, s := range list {
		a.Judge(s.id, s.p, s.labels)
	}
	return a.Result()
}

// spoilt corrupts every tenth image, in four ways.
func spoilt(list []scene) (ids map[string]bool) {
	ids = map[string]bool{}
	for i := 0; i < len(list); i += 10 {
		s := &list[i]
		ids[s.id] = true
		for k, class := range s.labels {
			switch row, col := k/s.w, k%s.w; {
			case class == ignored:
			case i/10%4 == 0 && class < rare: // ground and sky change names
				s.labels[k] = 1 - class
			case i/10%4 == 1: // shifted
				s.labels[k] = s.truth[(row+5)%s.h*s.w+col]
			case i/10%4 == 2 && class == rare: // erased
				s.labels[k] = sky
			case i/10%4 == 3: // of another image
				s.labels[k] = list[(i+5)%len(list)].truth[k]
			}
		}
	}
	return ids
}

func TestSpoiltMasksRankFirst(t *testing.T) {
	list := scenes(80)
	ids := spoilt(list)
	r := audited(list)
	require.Len(t, r.Images, 80)
	for i, s := range r.Images {
		assert.Equal(t, i+1, s.Rank)
		assert.Equal(t, i < len(ids), ids[s.ID], "%s, rank %d, score %v", s.ID, s.Rank, s.Score)
	}
	assert.Equal(t, r, audited(list), "the same images give the same bits")
}

// TestHardClassesBlameNoImage: a class that is always wrong, and a class that few images show, are no reason to suspect an image.
func TestHardClassesBlameNoImage(t *testing.T) {
	list := scenes(80)
	r := audited(list)
	withRare := 0
	for _, s := range r.Images[:20] {
		index := 0
		_, err := fmt.Sscanf(s.ID, "image%d", &index)
		require.NoError(t, err)
		withRare += 1 - index%2
		assert.Less(t, s.Score, 10.0, "%s: no label is wrong; those that are have 30 or more", s.ID)
	}
	assert.InDelta(t, 10, withRare, 7, "half of all images show the rare class")

	flood := 0
	spoilt(list)
	r = audited(list)
	for _, f := range r.Findings[:10] {
		if f.Given == hard || f.Suggested == hard {
			flood++
		}
	}
	assert.LessOrEqual(t, flood, 2, "regions of the class that is hard everywhere")
}

// TestPixelsByHand holds thresholds, contradictions and the joint to a computation on paper.
func TestPixelsByHand(t *testing.T) {
	labels := []uint8{0, 0, 0, 0, 1, 1, 9, 1}
	p := &raster.Float{H: 2, W: 4, C: 2, Pix: []float32{
		0.875, 0.125, 0.875, 0.125, 0.125, 0.875, 0.125, 0.875, // two of class 0 are right; threshold 0.5
		0.125, 0.875, 0.25, 0.75, 0, 1, 0.375, 0.625, // threshold of class 1: 0.75
	}}
	a := NewAuditor(AuditOptions{Classes: 2, Ignore: 9})
	a.Learn(p, labels)
	c := a.Look(p, labels)[0]
	assert.Equal(t, []float64{0.5, 0.75}, a.thresholds)
	assert.Equal(t, []uint8{0, 0, 1, 1, 1, 1, 9, 1}, c.Suggested)
	assert.Equal(t, []float32{0, 0, 0.75, 0.75, 0, 0, 0, 0}, c.Margin)
	assert.Equal(t, []uint8{0, 0, 255, 255, 0, 0, 0, 0}, c.Mask().Pix)
	assert.Equal(t, []uint8{0, 0, 1, 1, 1, 1, 1, 1}, c.Predicted)

	a.Judge("x", p, labels)
	r := a.Result()
	assert.Equal(t, [][]int64{{0, 2}, {0, 0}}, r.Suggested)
	assert.Equal(t, [][]float64{{2, 2}, {0, 3}}, r.Joint, "of three labels 1, two are confident, and stand for all")
	assert.Equal(t, 0.5, r.Noise[0].Wrong)
	assert.Equal(t, 0.0, r.Noise[1].Wrong)
	assert.InDelta(t, 0.4, r.Noise[1].Missed, 1e-12)
	require.Len(t, r.Findings, 1)
	assert.Equal(t, Region{Given: 0, Suggested: 1, Box: Box{2, 0, 4, 1}, Area: 2, Confidence: 0.75}, r.Findings[0].Region)
	assert.InDelta(t, 2./7, r.Images[0].Contradicted, 1e-12, "of what counts")
}

// TestUnknownClassesSuggestNothing: a class with a low threshold is not suggested where the label is likelier.
func TestUnknownClassesSuggestNothing(t *testing.T) {
	a := &Auditor{opt: AuditOptions{Classes: 3, Ignore: -1, Margin: 0.3}, thresholds: []float64{0.875, 0.125, 2}}
	p := &raster.Float{H: 1, W: 3, C: 3, Pix: []float32{0.75, 0.25, 0, 0.25, 0.75, 0, 0.0625, 0.0625, 0.875}}
	c := a.contradict(p, []uint8{0, 0, 1})
	assert.Equal(t, []uint8{0, 1, none}, c.confident, "the label; the other class; nothing that reaches its threshold")
	assert.Equal(t, []float32{0, 0.5, 0}, c.Margin)
}

// TestRegionsAreConnected: regions do not join over a corner, over the edge of a row, or over another class.
func TestRegionsAreConnected(t *testing.T) {
	c := &Contradiction{H: 3, W: 4,
		Given:     []uint8{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		Suggested: []uint8{1, 1, 0, 1, 1, 0, 1, 0, 0, 2, 1, 1},
		Margin:    []float32{1, 0.5, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1},
	}
	assert.Equal(t, []Region{
		{0, 1, Box{0, 0, 2, 2}, 3, 2.5 / 3}, {0, 1, Box{3, 0, 4, 1}, 1, 1}, {0, 1, Box{2, 1, 4, 3}, 3, 1}, {0, 2, Box{1, 2, 2, 3}, 1, 1},
	}, c.regions(1))
	assert.Len(t, c.regions(2), 2)
}

// TestNothingToJudge: images that are ignored, and a class that nobody gives, have no NaN in the list.
func TestNothingToJudge(t *testing.T) {
	a := NewAuditor(AuditOptions{Classes: 3, Ignore: 255})
	p := raster.NewFloat(2, 2, 3)
	for range 2 {
		a.Learn(p, []uint8{255, 255, 255, 255})
	}
	a.Learn(&raster.Float{H: 1, W: 1, C: 3, Pix: []float32{0, 0, 1}}, []uint8{0})
	for _, id := range []string{"a", "b"} {
		a.Judge(id, p, []uint8{255, 255, 255, 255})
	}
	a.Judge("c", &raster.Float{H: 1, W: 1, C: 3, Pix: []float32{0, 0, 1}}, []uint8{0})
	for _, s := range a.Result().Images {
		assert.Zero(t, s.Score, s.ID)
	}
}

func TestAuditorMisuse(t *testing.T) {
	assert.PanicsWithValue(t, "refine: NewAuditor: 1 classes; allowed: 2 to 255", func() { NewAuditor(AuditOptions{Classes: 1}) })
	a := NewAuditor(AuditOptions{Classes: 2, Ignore: -1})
	p := raster.NewFloat(1, 2, 2)
	assert.PanicsWithValue(t, "refine: probabilities 1×2×2 and 1 labels, for 2 classes", func() { a.Learn(p, []uint8{0}) })
	assert.PanicsWithValue(t, "refine: label 2 at pixel 1; there are classes 0 to 1", func() { a.Judge("x", p, []uint8{0, 2}) })
	a.Judge("x", p, []uint8{0, 1})
	assert.PanicsWithValue(t, "refine: Learn after Judge", func() { a.Learn(p, []uint8{0, 1}) })
}

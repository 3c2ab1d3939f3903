package augment

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// TestScheduledRises counts how often a transform takes place in each epoch.
func TestScheduledRises(t *testing.T) {
	in := raster.NewFloat(2, 2, 1)
	chain := Compose{Scheduled{Compose{HorizontalFlip{1}}, MixWhen{P: 0.8, Epochs: [2]int{2, 6}, Ramp: 4}}}
	var counts []int
	for epoch := range 8 {
		n := 0
		now := At(chain, epoch)
		for seed := range uint64(1000) {
			if now.Draw(NewRand(seed), 2, 2).Image(in) != in {
				n++
			}
		}
		counts = append(counts, n)
	}
	for epoch, want := range []int{0, 200, 400, 600, 800, 800, 0, 0} {
		assert.InDelta(t, want, counts[epoch], 45, "epoch %d", epoch+1)
	}
}

// TestScheduleLeavesOthersAlone: a schedule changes no draw but its own, wherever it is.
func TestScheduleLeavesOthersAlone(t *testing.T) {
	image, mask := coordinates(40, 56)
	late := Scheduled{Compose{VerticalFlip{1}}, MixWhen{P: 1, Epochs: [2]int{3, 0}}}
	turn := Rotate{Limit: Symmetric{-30, 30}, Outside: Outside{BorderMode: "constant"}, P: 1}
	for name, list := range map[string][2]Transform{
		"a chain":      {Compose{late, turn}, Compose{Sequential{P: 0}, turn}},
		"Sequential":   {Sequential{Compose{late, turn}, 1}, Sequential{Compose{Sequential{P: 0}, turn}, 1}},
		"OneOf":        {OneOf{Compose{late, turn}, 1}, OneOf{Compose{Sequential{P: 0}, turn}, 1}},
		"SomeOf":       {SomeOf{Compose{late, turn}, 2, false, 1}, SomeOf{Compose{Sequential{P: 0}, turn}, 2, false, 1}},
		"OneOrOther":   {OneOrOther{Compose{turn, late}, 0.7}, OneOrOther{Compose{turn, Sequential{P: 1}}, 0.7}},
		"another time": {Scheduled{Compose{late, turn}, MixWhen{P: 1}}, Sequential{Compose{Sequential{P: 0}, turn}, 1}},
	} {
		before, want := At(list[0], 1), list[1]
		differ := 0
		for seed := range uint64(20) {
			a, b := Draw(before, NewRand(seed), mask, 40, 56), Draw(want, NewRand(seed), mask, 40, 56)
			if name != "OneOrOther" { // whose second one takes place always
				require.Equal(t, b.Image(image), a.Image(image), name)
			}
			if c := Draw(At(list[0], 2), NewRand(seed), mask, 40, 56); !assert.ObjectsAreEqual(c.Image(image), b.Image(image)) {
				differ++
			}
		}
		assert.Positive(t, differ, "%s: nothing changes in the third epoch", name)
	}
	plain := Compose{turn, OneOf{Compose{turn}, 1}}
	assert.Same(t, &plain[0], &At(plain, 3).(Compose)[0], "what has no schedule is not copied")
}

func TestScheduleMistakes(t *testing.T) {
	for settings, want := range map[string]string{
		"{}": "transforms: needs at least one",
		"{transforms: [HorizontalFlip], epochs: [5, 2]}":                      "epochs: [5 2] is no range",
		"{transforms: [HorizontalFlip], ramp: -1}":                            "ramp: -1 epochs; allowed: 0 or more",
		"{transforms: [HorizontalFlip], p: 2}":                                "p: must lie in [0, 1], not 2",
		"{transforms: [{OneOf: {transforms: [{RandomScale: {p: 1}}]}}]}":      "none may change the size",
		"{transforms: [{Sequential: {transforms: [{Rotate: {limit: no}}]}}]}": "a range is a number",
	} {
		_, err := New("Scheduled", decoderOf(settings))
		assert.ErrorContains(t, err, want)
	}
}

package augment

import (
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRandIsPinned(t *testing.T) {
	got := []uint64{Rand(1, 2, 3, 4).Uint64(), Rand(1, 2, 3, 5).Uint64(), NewRand(7).Uint64()}
	want := []uint64{0xb4ddfb44278b9de2, 0xf6dbba8ef1565531, 0xd278d5fe457fb809}
	assert.Equal(t, want, got, "runs of earlier versions could not be repeated")
	assert.Equal(t, []int{7, 3, 6, 0, 2, 5, 4, 1}, NewRand(7).Perm(8))
}

func TestChanceIsKept(t *testing.T) {
	flips := 0
	for i := range uint64(4000) {
		if !(HorizontalFlip{P: 0.25}.Draw(Rand(1, 0, i, 0), 2, 2).(move).isIdentity()) {
			flips++
		}
	}
	assert.InDelta(t, 1000, flips, 100)
}

func TestDrawsOfOneTransformDoNotMoveAnother(t *testing.T) {
	pad := PadIfNeeded{MinHeight: 64, MinWidth: 64, Position: "random"}
	a := Compose{HorizontalFlip{P: 0}, pad}
	b := Compose{RandomAffine{Scale: same(1, 1), P: 0}, pad}
	for seed := range uint64(10) {
		assert.Equal(t, a.Draw(NewRand(seed), 8, 8), b.Draw(NewRand(seed), 8, 8))
	}
}

func TestOneOfWeighsByChanceAndAlwaysActs(t *testing.T) {
	one := OneOf{Compose{HorizontalFlip{P: 0.3}, VerticalFlip{P: 0.1}}, 1}
	count := map[lattice]int{}
	for i := range uint64(4000) {
		count[one.Draw(NewRand(i), 4, 4).(move).lattice]++
	}
	assert.Len(t, count, 2)
	assert.InDelta(t, 3000, count[lattice{yy: 1, xx: -1, x0: 3}], 120)
}

func TestEmptyComposeIsIdentity(t *testing.T) {
	in := ramp(2, 3, 1)
	assert.Same(t, in, Compose{}.Draw(NewRand(1), 2, 3).Image(in))
}

func TestYAMLRoundTrip(t *testing.T) {
	text := `
- HorizontalFlip
- VerticalFlip: {p: 0.1}
- OneOf:
    transforms: [Affine: {rotate: [-10, 10], scale: 1.5, fill: 0.5}, PadIfNeeded: {min_height: 3}]
    p: 0.9
- Resize: {height: 8, width: 9}
- Letterbox: {height: 8, width: 9, fill: [1, 0.5, 0], fill_mask: 11}
`
	want := Compose{
		HorizontalFlip{P: 0.5},
		VerticalFlip{P: 0.1},
		OneOf{Compose{
			RandomAffine{Scale: same(1.5, 1.5), Rotate: Range{-10, 10}, Outside: Outside{BorderMode: "constant", Fill: Fill{0.5}}, P: 0.5},
			PadIfNeeded{MinHeight: 3, Position: "center", Outside: Outside{BorderMode: "constant"}}}, 0.9},
		Resize{8, 9},
		Letterbox{8, 9, Fill{1, 0.5, 0}, new(uint8(11))},
	}
	var got Compose
	require.NoError(t, yaml.UnmarshalWithOptions([]byte(text), &got, yaml.Strict()))
	assert.Equal(t, want, got)

	written, err := yaml.Marshal(got)
	require.NoError(t, err)
	var again Compose
	require.NoError(t, yaml.UnmarshalWithOptions(written, &again, yaml.Strict()), "%s", written)
	assert.Equal(t, got, again, "%s", written)
}

func TestYAMLMistakes(t *testing.T) {
	tests := []struct{ text, want string }{
		{"[HorizontalFlop]", `no transform "HorizontalFlop"; there are: Affine, `},
		{"[OneOf: {transforms: [GridMask]}]", `no transform "GridMask": it is GridDropout, with fill_mask`},
		{"[HorizontalFlip: {q: 1}]", `unknown field "q"`},
		{"[HorizontalFlip: {p: 1.5}]", "HorizontalFlip: p: must lie in [0, 1], not 1.5"},
		{"[Resize]", "Resize: height and width must be 1 or more, not 0 and 0"},
		{"[PadIfNeeded]", "needs a positive min_height"},
		{"[PadIfNeeded: {min_width: 3, position: left}]", `position: no "left"; there are: center,`},
		{"[OneOf: {p: 1}]", "transforms: needs at least one"},
		{"[Affine: {rotate: [3, 1]}]", "the lower end comes first, not [3 1]"},
		{"[Affine: {scale: 0}]", "scale: must be above 0"},
		{"[{HorizontalFlip: {}, VerticalFlip: {}}]", "one name with its settings, not 2 names"},
		{"[OneOf: {transforms: [Nope]}]", `no transform "Nope"`},
	}
	for _, tt := range tests {
		var c Compose
		err := yaml.UnmarshalWithOptions([]byte(tt.text), &c, yaml.Strict())
		assert.ErrorContains(t, err, tt.want, tt.text)
	}
}

func TestBind(t *testing.T) {
	pad := PadIfNeeded{MinHeight: 3}
	c := Compose{OneOf{Compose{pad}, 1}, Letterbox{FillMask: new(uint8(4))}, HorizontalFlip{}}
	bound, err := Bind(c, 3, 11)
	require.NoError(t, err)
	assert.Equal(t, uint8(11), *bound.(Compose)[0].(OneOf).Transforms[0].(PadIfNeeded).FillMask)
	assert.Equal(t, uint8(4), *bound.(Compose)[1].(Letterbox).FillMask)
	assert.Nil(t, c[0].(OneOf).Transforms[0].(PadIfNeeded).FillMask, "the original must stay")

	_, err = Bind(Compose{OneOf{Compose{PadIfNeeded{Outside: Outside{Fill: Fill{1, 2, 3}}}}, 1}}, 1, -1)
	assert.ErrorContains(t, err, "OneOf: PadIfNeeded: fill: 3 values for pictures of 1 channel(s)")
}

// decoderOf returns what decodes settings written in YAML.
func decoderOf(text string) func(any) error {
	return func(into any) error { return yaml.UnmarshalWithOptions([]byte(text), into, yaml.Strict()) }
}

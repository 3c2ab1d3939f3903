package augment

import (
	"hash/fnv"
	"slices"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// A pixelLaw is what a transform of this half says about itself: settings that make it visible, and the numbers of
// channels it works on (nil for all).
type pixelLaw struct {
	name, settings string
	channels       []int
}

var pixelLaws = []pixelLaw{
	{"AutoContrast", "", nil}, {"Blur", "", nil}, {"CLAHE", "", []int{1, 3}}, {"ChannelDropout", "", []int{3, 5}},
	{"ChannelShuffle", "", nil}, {"CoarseDropout", "", nil}, {"CoarseDropout", "fill: random", nil},
	{"CoarseDropout", "fill: random_uniform", nil}, {"ColorJitter", "", []int{1, 3}}, {"Defocus", "", nil},
	{"Downscale", "", nil}, {"Emboss", "", nil}, {"Equalize", "", nil}, {"Equalize", "by_channels: false", []int{1, 3}},
	{"Erasing", "", nil}, {"FancyPCA", "alpha: 1", nil}, {"GaussNoise", "", nil}, {"GaussNoise", "per_channel: false", nil},
	{"GaussianBlur", "", nil}, {"GridDropout", "", nil}, {"GridDropout", "{random_offset: false, holes_number_xy: [3, 4]}", nil},
	{"HueSaturationValue", "", []int{1, 3}}, {"ISONoise", "", []int{3}}, {"ImageCompression", "quality_range: 20", nil},
	{"InvertImg", "", nil}, {"MedianBlur", "", nil}, {"MotionBlur", "", nil}, {"MultiplicativeNoise", "", nil},
	{"MultiplicativeNoise", "{elementwise: true, per_channel: true}", nil}, {"PixelDropout", "dropout_prob: 0.2", nil},
	{"PixelDropout", "{dropout_prob: 0.2, per_channel: true, drop_value: null}", nil}, {"Posterize", "", nil},
	{"RGBShift", "", []int{3}}, {"RandomBrightnessContrast", "", nil}, {"RandomBrightnessContrast", "brightness_by_max: false", nil},
	{"RandomFog", "", nil}, {"RandomGamma", "", nil}, {"RandomRain", "", []int{1, 3}}, {"RandomShadow", "", nil},
	{"RandomToneCurve", "per_channel: true", nil}, {"SaltAndPepper", "", nil}, {"Sharpen", "", nil},
	{"Sharpen", "method: gaussian", nil}, {"ShotNoise", "", nil}, {"Solarize", "", nil}, {"ToGray", "", []int{1, 3}},
	{"ToGray", "method: max", nil}, {"UnsharpMask", "", nil},
	{"XYMasking", "{num_masks_x: 2, num_masks_y: 1, mask_x_length: 3, mask_y_length: [2, 5]}", nil},
}

func (l pixelLaw) works(channels int) bool {
	return l.channels == nil || slices.Contains(l.channels, channels)
}

// each runs a test of every law, for pictures of 1, 3 and 5 channels that it works on.
func eachPixelLaw(t *testing.T, f func(t *testing.T, l pixelLaw, transform Optional, im *raster.Image)) {
	for _, l := range pixelLaws {
		t.Run(l.name+" "+l.settings, func(t *testing.T) {
			for _, c := range []int{1, 3, 5} {
				bound, err := Bind(alwaysPixel(t, l.name, []byte(l.settings)), c, 255)
				if !l.works(c) {
					require.ErrorContains(t, err, l.name)
					require.ErrorContains(t, err, "channel")
					continue
				}
				require.NoError(t, err)
				f(t, l, bound.(Optional), stripes(37, 45, c))
			}
		})
	}
}

func TestPixelTransformsReplayBitForBit(t *testing.T) {
	eachPixelLaw(t, func(t *testing.T, l pixelLaw, transform Optional, im *raster.Image) {
		op := transform.Always(NewRand(7), im.H, im.W)
		before := slices.Clone(im.Pix8)
		first := painting(op, im)
		require.Equal(t, before, im.Pix8, "an op must not write to its input")
		require.Equal(t, first, painting(op, im), "replayed")
		require.Equal(t, first, painting(transform.Always(NewRand(7), im.H, im.W), im), "drawn again")
		inPlace := &raster.Image{H: im.H, W: im.W, C: im.C, Pix8: before}
		op.(Painter).Paint(inPlace, inPlace)
		require.Equal(t, first, inPlace, "in place")
		if l.name != "ToGray" && l.name != "ChannelShuffle" || im.C > 1 { // they leave one channel as it is
			changed := false
			for seed := range uint64(5) {
				changed = changed || !slices.Equal(painting(transform.Always(NewRand(seed), im.H, im.W), im).Pix8, im.Pix8)
			}
			require.True(t, changed, "%d channels: it must do something", im.C)
		}
		for range 3 {
			out := op.Image(im.Float())
			require.Equal(t, first.Float(), out, "a picture of floats is that of bytes")
		}
	})
}

func TestPixelTransformsKeepTheirRange(t *testing.T) {
	eachPixelLaw(t, func(t *testing.T, _ pixelLaw, transform Optional, im *raster.Image) {
		in := ramp(im.H, im.W, im.C)
		for i := range in.Pix {
			in.Pix[i] = 3*in.Pix[i] - 1 // beyond black and white
		}
		for _, v := range transform.Always(NewRand(3), im.H, im.W).Image(in).Pix {
			require.True(t, v >= 0 && v <= 1, "%v", v)
		}
	})
}

func TestPixelTransformsLeaveTheMask(t *testing.T) {
	eachPixelLaw(t, func(t *testing.T, _ pixelLaw, transform Optional, im *raster.Image) {
		mask := classes(im.H, im.W)
		got := transform.Always(NewRand(3), im.H, im.W).Mask(mask)
		require.Equal(t, classes(im.H, im.W), got)
	})
}

func TestPixelTransformsMeetSmallPictures(t *testing.T) {
	for _, l := range pixelLaws {
		for _, size := range [][2]int{{1, 1}, {1, 9}, {2, 3}, {17, 2}} {
			im := stripes(size[0], size[1], 3)
			for seed := range uint64(4) {
				require.NotPanics(t, func() {
					op := alwaysPixel(t, l.name, []byte(l.settings)).Always(NewRand(seed), im.H, im.W)
					op.Image(im.Float())
				}, "%s of %v", l.name, size)
			}
		}
	}
}

func TestPixelTransformsOfEightWorkers(t *testing.T) {
	eachPixelLaw(t, func(t *testing.T, _ pixelLaw, transform Optional, im *raster.Image) {
		var alone, together [8]*raster.Image
		for i := range alone {
			alone[i] = painting(transform.Always(NewRand(uint64(i)), im.H, im.W), im)
		}
		var all sync.WaitGroup
		for i := range together {
			all.Go(func() { together[i] = painting(transform.Always(NewRand(uint64(i)), im.H, im.W), im) })
		}
		all.Wait()
		require.Equal(t, alone, together)
	})
}

func TestPixelTransformsWithoutChanceDoNothing(t *testing.T) {
	for _, l := range pixelLaws {
		settings := "p: 0"
		made, err := New(l.name, func(to any) error { return yaml.UnmarshalWithOptions([]byte(settings), to, yaml.Strict()) })
		require.NoError(t, err, l.name)
		require.Zero(t, made.(Optional).Chance())
		in := ramp(9, 9, 3)
		for seed := range uint64(20) {
			require.Same(t, in, made.Draw(NewRand(seed), 9, 9).Image(in), l.name)
		}
	}
}

// TestFusedPaintersAreTheSame draws chains and applies them at once and one by one.
func TestFusedPaintersAreTheSame(t *testing.T) {
	im := stripes(31, 33, 3)
	for seed := range uint64(60) {
		rng := NewRand(seed)
		var ops []Op
		one := im
		for range 4 {
			l := pixelLaws[rng.IntN(len(pixelLaws))]
			if !l.works(3) {
				continue
			}
			op := alwaysPixel(t, l.name, []byte(l.settings)).Always(rng, im.H, im.W)
			if _, ok := op.(Painter); ok { // some drawn sizes leave no room for a hole
				ops, one = append(ops, op), painting(op, one)
			}
		}
		fused := Fuse(im.H, im.W, ops...)
		require.IsType(t, painted{}, fused)
		require.Equal(t, one, painting(fused, im))
	}
}

func TestTablesBecomeOne(t *testing.T) {
	chain := Compose{
		RandomBrightnessContrast{BrightnessLimit: Symmetric{-0.2, 0.2}, BrightnessByMax: true, P: 1}, InvertImg{P: 1},
		Posterize{IntRange{3, 3}, 1}, RGBShift{Symmetric{-9, 9}, Symmetric{-9, 9}, Symmetric{-9, 9}, 1}, Solarize{Range{0.3, 0.3}, 1},
	}
	op := chain.Draw(NewRand(1), 31, 33)
	require.Len(t, op.(painted).brushes, 1)
	assert.Len(t, op.(painted).brushes[0].(table), 3, "one table a channel")
	h := Compose{InvertImg{1}, HorizontalFlip{1}, InvertImg{1}}.Draw(NewRand(1), 31, 33)
	assert.Len(t, h.(sequence).ops, 3, "a flip stands between")
}

func TestPixelMistakes(t *testing.T) {
	tests := []struct{ text, want string }{
		{"Blur: {blur_limit: 4}", "Blur: blur_limit: must be odd numbers, not [3 4]"},
		{"Blur: {blur_limit: [7, 3]}", "Blur: the lower end comes first, not [7 3]"},
		{"Blur: {blur_limit: 1}", "Blur: 1 stands for the range [3 1]: the lower end comes first"},
		{"MedianBlur: {blur_limit: 9}", "MedianBlur: blur_limit: must lie in [3, 7], not [3 9]"},
		{"RandomGamma: {gamma_limit: [0, 100]}", "RandomGamma: gamma_limit: must lie in [1, 10000], not [0 100]"},
		{"RandomBrightnessContrast: {contrast_limit: 2}", "contrast_limit: must lie in [-1, 1], not [-2 2]"},
		{"HueSaturationValue: {hue_shift_limit: [1, 2, 3]}", "a range is a number or [low, high], not [1 2 3]"},
		{"Posterize: {num_bits: 9}", "Posterize: num_bits: must lie in [1, 7], not [9 9]"},
		{"ToGray: {method: pca}", `ToGray: method: no "pca"; there are: weighted_average,`},
		{"CoarseDropout: {fill: 255}", "CoarseDropout: fill: must lie in [0, 1], not 255"},
		{"CoarseDropout: {fill: telea}", `CoarseDropout: fill: no "telea"; there are: random, random_uniform`},
		{"CoarseDropout: {fill_mask: nothing}", "null, a class from 0 to 255, or ignore, not nothing"},
		{"GridDropout: {ratio: 0}", "GridDropout: ratio: must lie in [0.001, 1], not 0"},
		{"ImageCompression: {quality_range: [0, 50]}", "ImageCompression: quality_range: must lie in [1, 100], not [0 50]"},
		{"ImageCompression: {compression_type: webp}", `compression_type: no "webp"; there are: jpeg`},
		{"RandomShadow: {shadow_roi: [0, 1, 1, 0.5]}", "RandomShadow: shadow_roi: must be [x0, y0, x1, y1] in [0, 1]"},
		{"GaussNoise: {std_range: [.nan, 1]}", "GaussNoise: the lower end comes first, not [NaN 1]"},
		{"RandomRain: {blur_value: 6}", "RandomRain: blur_value: must be an odd number, not 6"},
		{"CoarseDropout: {fill_mask: 256}", "null, a class from 0 to 255, or ignore, not 256"},
		{"ShotNoise: {scale_range: 0}", "ShotNoise: scale_range: must lie in [0.002, 100], not [0 0]"},
		{"PixelDropout: {per_channel: true, mask_drop_value: 1}", "mask_drop_value: must be null with per_channel"},
	}
	for _, tt := range tests {
		var c Compose
		err := yaml.UnmarshalWithOptions([]byte("- "+tt.text), &c, yaml.Strict())
		assert.ErrorContains(t, err, tt.want, tt.text)
	}
	for _, l := range pixelLaws {
		_, err := New(l.name, func(to any) error { return yaml.Unmarshal([]byte("p: 2"), to) })
		assert.ErrorContains(t, err, l.name+": p: must lie in [0, 1], not 2")
	}
}

func TestSingleNumbersStandForRanges(t *testing.T) {
	text := `
- HueSaturationValue: {hue_shift_limit: 5}
- GaussianBlur: {sigma_limit: 2}
- CLAHE: {clip_limit: 3}
- ColorJitter: {brightness: 0.3, contrast: 2}
- Blur: {blur_limit: 9}
- Posterize: {num_bits: 2}
- Defocus: {radius: 4}
- CoarseDropout: {fill: random, fill_mask: ignore}
- GridDropout: {fill: [1, 0.5, 0], fill_mask: 3, holes_number_xy: [4, 5]}
`
	var c, again Compose
	require.NoError(t, yaml.UnmarshalWithOptions([]byte(text), &c, yaml.Strict()))
	assert.Equal(t, Symmetric{-5, 5}, c[0].(HueSaturationValue).HueShiftLimit)
	assert.Equal(t, Symmetric{-30, 30}, c[0].(HueSaturationValue).SatShiftLimit)
	assert.Equal(t, FromZero{0, 2}, c[1].(GaussianBlur).SigmaLimit)
	assert.Equal(t, FromOne{1, 3}, c[2].(CLAHE).ClipLimit)
	assert.Equal(t, Factor{0.7, 1.3}, c[3].(ColorJitter).Brightness)
	assert.Equal(t, Factor{0, 3}, c[3].(ColorJitter).Contrast)
	assert.Equal(t, KernelSize{3, 9}, c[4].(Blur).BlurLimit)
	assert.Equal(t, IntRange{2, 2}, c[5].(Posterize).NumBits)
	assert.Equal(t, DefocusRadius{1, 4}, c[6].(Defocus).Radius)
	written, err := yaml.Marshal(c)
	require.NoError(t, err)
	require.NoError(t, yaml.UnmarshalWithOptions(written, &again, yaml.Strict()), "%s", written)
	assert.Equal(t, c, again, "%s", written)
}

// TestPixelBits holds the bits of every transform, for all processors and instruction sets.
func TestPixelBits(t *testing.T) {
	sum := fnv.New64a()
	for _, l := range pixelLaws {
		im := stripes(53, 131, 3)
		if l.works(3) {
			op := alwaysPixel(t, l.name, []byte(l.settings)).Always(NewRand(11), im.H, im.W)
			_, _ = sum.Write(painting(op, im).Pix8)
		}
	}
	assert.Equal(t, uint64(0xa3b4ddbd158e181d), sum.Sum64())
}

// TestBoxMeansAreThoseOfWeights holds the shorter way to means to the sums of weights, bit for bit.
func TestBoxMeansAreThoseOfWeights(t *testing.T) {
	im := stripes(40, 61, 3)
	for k := 1; k <= 17; k += 2 {
		short, long := boxFilter(k), boxFilter(k)
		long.across.mean, long.taps.mean = false, false
		want, got := raster.NewImage(im.H, im.W, im.C), raster.NewImage(im.H, im.W, im.C)
		long.stroke(want, im)
		short.stroke(got, im)
		require.Equal(t, want, got, "%d×%d", k, k)
	}
}

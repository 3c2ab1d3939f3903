package augment

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

// geometric are transforms that move pixels, always, with settings for pictures of 40×56.
func geometric() map[string]Transform {
	flat := Outside{BorderMode: "constant"}
	size := CropSettings{Height: 30, Width: 36, PadPosition: "center", Outside: flat, P: 1}
	return map[string]Transform{
		"HorizontalFlip": HorizontalFlip{1}, "VerticalFlip": VerticalFlip{1}, "Transpose": Transpose{1},
		"RandomRotate90": RandomRotate90{1}, "D4": D4{1}, "SquareSymmetry": SquareSymmetry{1},
		"Affine": RandomAffine{Scale: same(0.8, 1.3), TranslatePercent: same(-0.1, 0.1), Rotate: Range{-40, 40},
			Shear: same(-10, 10), Outside: flat, P: 1},
		"Rotate":           Rotate{Limit: Symmetric{-90, 90}, Outside: flat, P: 1},
		"SafeRotate":       SafeRotate{Limit: Symmetric{-90, 90}, Outside: flat, P: 1},
		"ShiftScaleRotate": ShiftScaleRotate{ShiftLimit: Symmetric{-0.1, 0.1}, ScaleLimit: Symmetric{-0.1, 0.1}, RotateLimit: Symmetric{-45, 45}, Outside: flat, P: 1},
		"Perspective":      Perspective{Scale: FromZero{0.05, 0.1}, KeepSize: true, Outside: flat, P: 1},
		"ElasticTransform": ElasticTransform{Alpha: 60, Sigma: 5, NoiseDistribution: "gaussian", Outside: flat, P: 1},
		"GridDistortion":   GridDistortion{NumSteps: 4, DistortLimit: Symmetric{-0.3, 0.3}, Normalized: true, Outside: flat, P: 1},
		"OpticalDistortion": OpticalDistortion{DistortLimit: Symmetric{-0.3, 0.3}, Mode: "camera", Outside: flat,
			P: 1},
		"RandomGridShuffle": RandomGridShuffle{Grid: [2]int{3, 3}, P: 1},
		"Resize":            Resize{Height: 60, Width: 70},
		"Letterbox":         Letterbox{Height: 60, Width: 60},
		"LongestMaxSize":    LongestMaxSize{SideBounds{MaxSize: MaxSizes{80, 90}, P: 1}},
		"SmallestMaxSize":   SmallestMaxSize{SideBounds{MaxSize: MaxSizes{60}, P: 1}},
		"RandomScale":       RandomScale{ScaleLimit: Symmetric{0, 0.5}, P: 1},
		"PadIfNeeded":       PadIfNeeded{MinHeight: 50, MinWidth: 60, Position: "random", Outside: flat},
		"RandomCrop":        RandomCrop{size}, "CenterCrop": CenterCrop{size},
		"RandomResizedCrop":        RandomResizedCrop{Size: [2]int{44, 44}, Scale: Range{0.3, 1}, Ratio: Range{0.75, 1.3}, P: 1},
		"RandomSizedCrop":          RandomSizedCrop{MinMaxHeight: [2]int{25, 40}, Size: [2]int{44, 44}, W2HRatio: 1, P: 1},
		"CropNonEmptyMaskIfExists": CropNonEmptyMaskIfExists{Height: 30, Width: 36, P: 1},
		"ClassBalancedCrop":        ClassBalancedCrop{Height: 30, Width: 36, P: 1},
		"OneOf":                    OneOf{Compose{D4{1}, Rotate{Limit: Symmetric{-9, 9}, Outside: flat, P: 1}}, 1},
		"SomeOf":                   SomeOf{Compose{D4{1}, HorizontalFlip{1}, Rotate{Limit: Symmetric{-9, 9}, Outside: flat, P: 1}}, 2, false, 1},
		"OneOrOther":               OneOrOther{Compose{D4{1}, HorizontalFlip{1}}, 0.5},
		"Scheduled":                Scheduled{Compose{D4{1}, Rotate{Limit: Symmetric{-9, 9}, Outside: flat, P: 1}}, MixWhen{P: 1}},
		"Sequential":               Sequential{Compose{D4{1}, Rotate{Limit: Symmetric{-9, 9}, Outside: flat, P: 1}}, 1},
	}
}

// TestEveryTransformObeysTheLaws looks at each transform that moves pixels, and at chains of two.
func TestEveryTransformObeysTheLaws(t *testing.T) {
	all := geometric()
	all["a chain of warps"] = Compose{all["ElasticTransform"], all["Affine"], all["GridDistortion"], all["Perspective"]}
	all["a crop and a turn"] = Compose{all["RandomCrop"], all["Rotate"]}
	const h, w = 40, 56
	image, mask := coordinates(h, w)
	for name, tr := range all {
		t.Run(name, func(t *testing.T) {
			tr, err := Bind(tr, 2, 255)
			require.NoError(t, err)
			var alike, pixels int
			for seed := range uint64(12) {
				op := Draw(tr, NewRand(seed), mask, h, w)
				require.NoError(t, Err(op))
				f, m := op.Image(image), op.Mask(mask)
				require.Equal(t, []int{f.H, f.W}, []int{m.H, m.W})
				if s, ok := op.(interface{ Size() (int, int) }); ok {
					sh, sw := s.Size()
					require.Equal(t, []int{f.H, f.W}, []int{sh, sw})
				}
				again := Draw(tr, NewRand(seed), mask, h, w)
				require.Equal(t, f, again.Image(image), "a replay has the same bits")
				require.Equal(t, m, again.Mask(mask))
				a, n := agreement(f, m)
				alike, pixels = alike+a, pixels+n
			}
			assert.Greater(t, float64(alike)/float64(pixels), 0.97, "%d of %d pixels", alike, pixels)
		})
	}
}

// coordinates returns a picture whose two channels are a pixel's place, and a mask of 8×8 squares that follow from it.
func coordinates(h, w int) (*raster.Float, *raster.Mask) {
	f, m := raster.NewFloat(h, w, 2), raster.NewMask(h, w)
	for y := range h {
		for x := range w {
			i := y*w + x
			f.Pix[2*i], f.Pix[2*i+1] = 0.1+(float32(y)+0.5)/128, 0.1+(float32(x)+0.5)/128
			m.Pix[i] = square(y, x)
		}
	}
	return f, m
}

func square(y, x int) uint8 { return uint8(1 + y/8*8 + x/8) }

// agreement counts the pixels whose class is that of the place the picture shows, give or take a pixel, and all of them
// that are not border.
func agreement(f *raster.Float, m *raster.Mask) (alike, pixels int) {
	for i, class := range m.Pix {
		if class == 255 {
			if f.Pix[2*i] == 0 && f.Pix[2*i+1] == 0 {
				alike++
			}
			pixels++
			continue
		}
		pixels++
		y, x := float64(f.Pix[2*i]-0.1)*128, float64(f.Pix[2*i+1]-0.1)*128
		for _, d := range [][2]float64{{0, 0}, {0.6, 0}, {-0.6, 0}, {0, 0.6}, {0, -0.6}, {0.6, 0.6}, {-0.6, -0.6}, {0.6, -0.6}, {-0.6, 0.6}} {
			if square(int(y+d[0]), int(x+d[1])) == class {
				alike++
				break
			}
		}
	}
	return alike, pixels
}

// TestNeverIsIdentity sets the probability of everything that has one to 0.
func TestNeverIsIdentity(t *testing.T) {
	in, mask := coordinates(9, 7)
	always := map[string]bool{"Resize": true, "Letterbox": true, "PadIfNeeded": true, "OneOrOther": true} // without p, or of two
	var never Compose
	for _, name := range Names() {
		v := reflect.ValueOf(Defaults(name)).Elem()
		p := v.FieldByName("P")
		require.Equal(t, always[name], !p.IsValid() || name == "OneOrOther", name)
		if always[name] {
			continue
		}
		p.SetFloat(0)
		tr := v.Interface().(Transform)
		op := Draw(tr, NewRand(1), mask, 9, 7)
		assert.Same(t, in, op.Image(in), name)
		assert.Same(t, mask, op.Mask(mask), name)
		never = append(never, tr)
	}
	assert.True(t, Draw(never, NewRand(1), mask, 9, 7).(move).isIdentity())
}

func TestWarpsBecomeOneLookup(t *testing.T) {
	all := geometric()
	chain := Compose{all["HorizontalFlip"], all["ElasticTransform"], all["Affine"], all["Rotate"], all["Perspective"],
		all["RandomRotate90"], all["GridDistortion"], Resize{80, 80}}
	op := chain.Draw(NewRand(3), 40, 40)
	require.IsType(t, field{}, op)
	assert.Equal(t, 5, len(op.(field).steps), "a resize, the grid, all matrices in one, the elastic field, a flip")
	// The same, one after the other, shows the same away from the edge, but for the blur of looking up eight times.
	smooth := waves(40, 40)
	var one, many = op.Image(smooth), smooth
	key := NewRand(3).Uint64()
	h, w := 40, 40
	for i, tr := range chain {
		step := tr.Draw(NewRand(key, uint64(i)), h, w)
		many = step.Image(many)
		h, w = many.H, many.W
	}
	close := 0
	for i, v := range one.Pix {
		if d := v - many.Pix[i]; d < 0.02 && d > -0.02 {
			close++
		}
	}
	assert.Greater(t, close, len(one.Pix)*3/4)
}

func TestCropsFollowTheMask(t *testing.T) {
	mask := raster.NewMask(60, 60)
	for i := range mask.Pix {
		mask.Pix[i] = 1
	}
	mask.Pix[50*60+7], mask.Pix[3*60+50], mask.Pix[0] = 2, 2, 255
	counts := func(tr Transform) (rare, ignored int) {
		for seed := range uint64(400) {
			m := Draw(tr, NewRand(seed), mask, 60, 60).Mask(mask)
			require.Equal(t, []int{10, 10}, []int{m.H, m.W})
			n := histogram(m)
			rare, ignored = rare+min(n[2], 1), ignored+n[255]
		}
		return rare, ignored
	}
	bind := func(tr Transform) Transform {
		tr, err := Bind(tr, 3, 255)
		require.NoError(t, err)
		return tr
	}
	balanced, _ := counts(bind(ClassBalancedCrop{Height: 10, Width: 10, P: 1}))
	assert.InDelta(t, 200, balanced, 40, "half of the crops are for the class of two pixels")
	weighted, _ := counts(bind(ClassBalancedCrop{Height: 10, Width: 10, Weights: []float64{0, 0}, P: 1}))
	assert.Equal(t, 400, weighted, "class 1 has no weight, and the ignored class is never drawn")
	any, _ := counts(bind(CropNonEmptyMaskIfExists{Height: 10, Width: 10, P: 1}))
	assert.Less(t, any, 80)
	only, _ := counts(bind(CropNonEmptyMaskIfExists{Height: 10, Width: 10, IgnoreValues: []int{1}, P: 1}))
	assert.Equal(t, 400, only)

	empty := raster.NewMask(60, 60)
	op := Draw(CropNonEmptyMaskIfExists{Height: 10, Width: 10, P: 1}, NewRand(1), empty, 60, 60)
	assert.NoError(t, Err(op))
	// A chain shows the crop the mask as it is by then.
	chain := Compose{Resize{30, 30}, OneOf{Compose{ClassBalancedCrop{Height: 10, Width: 10, P: 1}}, 1}}
	assert.NoError(t, Err(Draw(chain, NewRand(1), mask, 60, 60)))
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	tests := []struct {
		t    Transform
		want string
	}{
		{RandomCrop{CropSettings{Height: 50, Width: 20, P: 1}}, "a crop of 50×20 pixels is larger than the picture of 40×30"},
		{CenterCrop{CropSettings{Height: 5, Width: 31, P: 1}}, "a crop of 5×31 pixels is larger"},
		{ClassBalancedCrop{Height: 41, Width: 5, P: 1}, "a crop of 41×5 pixels is larger"},
		{OneOf{Compose{CropNonEmptyMaskIfExists{Height: 41, Width: 5, P: 1}}, 1}, "a crop of 41×5 pixels is larger"},
		{GridDistortion{NumSteps: 31, P: 1}, "num_steps: 31 bands are more than a picture of 40×30"},
		{RandomGridShuffle{Grid: [2]int{41, 1}, P: 1}, "grid: [41 1] tiles are more than"},
	}
	mask := raster.NewMask(40, 30)
	for _, tt := range tests {
		op := Compose{HorizontalFlip{1}, tt.t, VerticalFlip{1}}.DrawAt(rand.New(rand.NewPCG(1, 2)), mask, 40, 30)
		require.ErrorContains(t, Err(op), tt.want)
		assert.Panics(t, func() { op.Mask(mask) })
	}
	padded := RandomCrop{CropSettings{Height: 50, Width: 20, PadIfNeeded: true, PadPosition: "center", P: 1}}
	m := padded.Draw(NewRand(1), 40, 30).Mask(mask)
	assert.Equal(t, []int{50, 20}, []int{m.H, m.W})
}

func TestBadSettingsAreRefused(t *testing.T) {
	tests := []struct{ name, settings, want string }{
		{"Rotate", "{limit: [5, -5]}", "the lower end comes first, not [5 -5]"},
		{"Rotate", "{limit: -30}", "-30 stands for the range [30 -30]: the lower end comes first"},
		{"Rotate", "{limit: far}", `a range is a number or [low, high], not "far"`},
		{"Rotate", "{limit: [1, 2, 3]}", "a range is a number or [low, high], not [1 2 3]"},
		{"RandomBrightnessContrast", "{brightness_limit: -0.2}", "-0.2 stands for the range [0.2 -0.2]: the lower end comes first"},
		{"RandomGamma", "{gamma_limit: [120, 80]}", "the lower end comes first, not [120 80]"},
		{"Perspective", "{scale: -0.1}", "-0.1 stands for the range [0 -0.1]: the lower end comes first"},
		{"MedianBlur", "{blur_limit: 1}", "1 stands for the range [3 1]: the lower end comes first"},
		{"Affine", "{scale: [2, 1]}", "the lower end comes first, not [2 1]"},
		{"Affine", "{scale: big}", `a range is a number or [low, high], not "big"`},
		{"Rotate", "{border_mode: mirror}", `border_mode: no "mirror"; there are: constant, replicate, reflect, reflect_101, wrap`},
		{"Affine", "{scale: {x: 0}}", "scale: must be above 0"},
		{"Affine", "{shear: 50}", "shear: must lie between -45 and 45"},
		{"Affine", "{translate_percent: 0.1, translate_px: 3}", "exclude each other"},
		{"Affine", "{keep_ratio: true, scale: {x: 2}}", "keep_ratio: wants one scale"},
		{"ShiftScaleRotate", "{scale_limit: 1}", "scale_limit: must be above -1"},
		{"ShiftScaleRotate", "{shift_limit_x: 2}", "shift_limit: must lie in [-1, 1]"},
		{"Perspective", "{scale: 0.5}", "scale: must lie in [0, 0.3]"},
		{"ElasticTransform", "{sigma: 0.5}", "sigma: must lie in [1, 200]"},
		{"ElasticTransform", "{alpha: -1}", "alpha: must be 0 or more"},
		{"ElasticTransform", "{noise_distribution: white}", "there are: gaussian, uniform"},
		{"GridDistortion", "{num_steps: 0}", "num_steps: must be 1 or more"},
		{"GridDistortion", "{distort_limit: 2}", "distort_limit: must lie above -1"},
		{"OpticalDistortion", "{mode: pinhole}", "there are: camera, fisheye"},
		{"RandomGridShuffle", "{grid: [0, 3]}", "grid: rows and columns must be 1 or more"},
		{"RandomCrop", "{height: 5}", "height and width must be 1 or more, not 5 and 0"},
		{"CenterCrop", "{height: 5, width: 5, pad_position: left}", `pad_position: no "left"`},
		{"RandomResizedCrop", "{}", "size: must be a height and a width"},
		{"RandomResizedCrop", "{size: [4, 4], scale: [0, 1]}", "scale: must lie above 0"},
		{"RandomSizedCrop", "{size: [4, 4], min_max_height: [5, 4]}", "min_max_height: must be two heights"},
		{"LongestMaxSize", "{}", "needs max_size or max_size_hw"},
		{"SmallestMaxSize", "{max_size: 0}", "sizes must be 1 or more, not 0"},
		{"RandomScale", "{scale_limit: [-1, 0]}", "scale_limit: must be above -1"},
		{"ClassBalancedCrop", "{height: 4, width: 4, weights: [-1]}", "weights: must be 0 or more"},
		{"SomeOf", "{transforms: [HorizontalFlip], n: 2}", "n: 2 of 1 transforms; allowed: 1 to 1"},
		{"OneOrOther", "{transforms: [HorizontalFlip]}", "transforms: needs two, not 1"},
	}
	for _, tt := range tests {
		_, err := New(tt.name, decoderOf(tt.settings))
		assert.ErrorContains(t, err, tt.want, tt.name)
	}
}

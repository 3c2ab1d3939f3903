package augment

import (
	"fmt"
	"testing"

	"tessera/segtrain/raster"
)

// benchSettings are those without which a transform cannot be made, for pictures of 512×512.
var benchSettings = map[string]string{
	"Resize": "{height: 256, width: 256}", "Letterbox": "{height: 256, width: 320}",
	"LongestMaxSize": "{max_size: 256}", "SmallestMaxSize": "{max_size: 256}",
	"RandomCrop": "{height: 128, width: 128}", "CenterCrop": "{height: 128, width: 128}",
	"RandomResizedCrop": "{size: [512, 512]}", "RandomSizedCrop": "{min_max_height: [256, 480], size: [512, 512]}",
	"CropNonEmptyMaskIfExists": "{height: 128, width: 128}", "ClassBalancedCrop": "{height: 128, width: 128}",
	"PadIfNeeded": "{min_height: 1024, min_width: 1024}",
	"OneOf":       "{transforms: [HorizontalFlip, VerticalFlip]}", "SomeOf": "{transforms: [HorizontalFlip, VerticalFlip]}",
	"Sequential": "{transforms: [HorizontalFlip, Rotate]}", "OneOrOther": "{transforms: [HorizontalFlip, VerticalFlip]}",
	"Scheduled": "{transforms: [HorizontalFlip, Rotate]}",
	"Affine":    "{scale: [0.8, 1.2], rotate: [-30, 30], shear: [-10, 10]}",
}

// BenchmarkTransforms draws and applies every transform to an 8-bit picture of 512×512 in colour, with default settings where
// it has them; drawing is part of it. Run it in one thread: -cpu 1.
func BenchmarkTransforms(b *testing.B) {
	image, mask := raster.NewImage(512, 512, 3), raster.NewMask(512, 512)
	for i := range image.Pix8 {
		image.Pix8[i] = uint8(i*i>>9 + i)
	}
	for i := range mask.Pix {
		mask.Pix[i] = uint8(i >> 15)
	}
	for _, name := range Names() {
		var settings func(any) error
		if text, ok := benchSettings[name]; ok {
			settings = decoderOf(text)
		}
		t, err := New(name, settings)
		if err != nil {
			b.Fatalf("%s: %v", name, err)
		}
		if t, err = Bind(t, 3, 255); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				op := DrawAlways(t, NewRand(uint64(i)), mask, 512, 512)
				if out := Bytes(op, image); out.H == 0 {
					b.Fatal(fmt.Sprint(name, ": an empty picture"))
				}
			}
		})
	}
}

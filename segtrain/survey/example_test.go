package survey_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/survey"
	"tessera/segtrain/synth"
)

// What the demo's pictures show.
func ExampleRun() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := synth.Write(dir, 10, 32, 32, 1, nil); err != nil {
		log.Fatal(err)
	}
	records, err := data.ReadCSV(filepath.Join(dir, synth.ManifestFile))
	if err != nil {
		log.Fatal(err)
	}
	s, err := survey.Run(context.Background(), survey.Options{
		Parts:    []survey.Part{{Name: "training", Records: records}},
		Classes:  synth.Names(),
		Code:     raster.MaskCode{Coding: raster.IndexCode, Classes: len(synth.Names()), Ignore: -1},
		Channels: 3,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(s.Parts[0].Images, "images of", s.Sizes[0].Height, "×", s.Sizes[0].Width)
	fmt.Println(s.Classes[0].Images, "of them show", s.Classes[0].Name)
	// Output:
	// 10 images of 32 × 32
	// 10 of them show ground
}

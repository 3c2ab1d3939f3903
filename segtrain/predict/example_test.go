package predict_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"tessera/nn"
	"tessera/segtrain/data"
	"tessera/segtrain/predict"
	"tessera/segtrain/raster"
)

// From a picture of any size to its mask.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	picture := raster.NewImage(30, 50, 3) // black, and its right part white
	for i := range picture.Pix8 {
		if i/3%50 >= 20 {
			picture.Pix8[i] = 255
		}
	}
	file := filepath.Join(dir, "picture.png")
	if err := raster.WritePNG(file, picture); err != nil {
		log.Fatal(err)
	}

	set, err := data.NewDataset(data.Manifest{{ID: "picture", Image: file}}, data.Options{H: 32, W: 32, C: 3})
	if err != nil {
		log.Fatal(err)
	}
	writer, err := predict.NewWriter(set, predict.WriterOptions{Dir: filepath.Join(dir, "out"), Classes: 2})
	if err != nil {
		log.Fatal(err)
	}
	p := predict.Predictor{Model: brightness(), Batch: 8}
	summary, err := p.Run(context.Background(), set, writer.Write)
	if err != nil {
		log.Fatal(err)
	}
	mask, err := raster.Read(filepath.Join(dir, "out", "masks", "picture.png"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(mask.H, "×", mask.W, "pixels; of each class:", summary.Pixels)
	// Output:
	// 30 × 50 pixels; of each class: [600 900]
}

// brightness is a model of two classes, dark and bright.
func brightness() *nn.Conv2D {
	m := nn.NewConv2D(nn.NewRand(0), 3, 2, nn.ConvOptions{Kernel: 1, BiasInit: nn.Zero})
	for c := range 3 {
		m.Weight.Value.Data[2*c], m.Weight.Value.Data[2*c+1] = 0, 1
	}
	m.Bias.Value.Data[0] = 1.5
	return m
}

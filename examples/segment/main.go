// Segment loads a checkpoint of segmentation_models_pytorch's Unet("efficientnet-b0") and segments one picture.
//
//	go run ./examples/segment model.safetensors picture.jpg mask.png
package main

import (
	"fmt"
	"log"
	"os"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/segtrain/raster"
	"tessera/tensor"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: segment model.safetensors picture mask.png")
	}
	if err := segment(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

// segment writes the class of each pixel as the grey values of a PNG.
func segment(weights, picture, mask string) error {
	model, classes, err := load(weights)
	if err != nil {
		return err
	}
	im, err := raster.Read(picture)
	if err != nil {
		return err
	}
	pixels := im.Channels(3).Float()

	// Inference is a recorded program too; any height and width will do.
	tape := autograd.NewTape(autograd.Inference)
	x := tape.Input(tensor.Dims(1, im.H, im.W, 3))
	logits := tape.Output(model.Forward(tape, x))
	if err := tape.Plan(); err != nil {
		return err
	}
	defer tape.Free()
	mean, std := [3]float32{0.485, 0.456, 0.406}, [3]float32{0.229, 0.224, 0.225} // of ImageNet
	for i, v := range pixels.Pix {
		x.Value()[i] = (v - mean[i%3]) / std[i%3]
	}
	tape.Forward()
	m := raster.NewMask(im.H, im.W)
	decoder.Argmax(classes, logits.Value(), m.Pix)
	return raster.WriteMask(mask, m, raster.Palette(classes))
}

// load makes the model that the checkpoint fits: the head's weights tell the number of classes.
func load(path string) (*decoder.Unet, int, error) {
	entries, _, err := checkpoint.ReadFile(path)
	if err != nil {
		return nil, 0, err
	}
	classes := 0
	for _, e := range entries {
		if e.Name == "segmentation_head.0.bias" {
			classes = e.Shape[0]
		}
	}
	rng := nn.NewRand(1)
	backbone, err := encoder.New("efficientnet-b0", rng, encoder.Options{})
	if err != nil {
		return nil, 0, err
	}
	model, err := decoder.NewUnet(rng, backbone, decoder.UnetOptions{Classes: classes})
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	if err := checkpoint.Assign(model, entries); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", path, err)
	}
	return model, classes, nil
}

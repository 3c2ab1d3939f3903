package main

import (
	"math/rand/v2"
	"path/filepath"

	"tessera/autograd"
	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/decoder"
	"tessera/nn/encoder"
	"tessera/segtrain/raster"
	"tessera/tensor"
)

// newUnet makes the reference model with weights drawn from rng, or zero if that is nil.
func newUnet(rng *rand.Rand) (*decoder.Unet, error) {
	e, err := encoder.New("efficientnet-b0", rng, encoder.Options{DropConnect: 0.2})
	if err != nil {
		return nil, err
	}
	return decoder.NewUnet(rng, e, decoder.UnetOptions{Classes: classes})
}

// prepareStart writes a checkpoint and a picture of 512×512 for the race from start to first mask, and returns the
// arguments of its contestants.
func prepareStart(dir string) ([]string, error) {
	model, err := newUnet(nn.NewRand(1))
	if err != nil {
		return nil, err
	}
	args := []string{filepath.Join(dir, "weights.safetensors"), filepath.Join(dir, "picture.png"), filepath.Join(dir, "mask.png")}
	if err := checkpoint.Save(args[0], model, nil); err != nil {
		return nil, err
	}
	im := raster.NewImage(512, 512, 3)
	for i := range im.Pix8 {
		im.Pix8[i] = uint8(autograd.Uniform(uint64(i)) * 256)
	}
	return args, raster.WritePNG(args[1], im)
}

// firstMask is our contestant from start to first mask: it loads weights and a picture, at the same time, and writes the classes.
func firstMask(weights, picture, mask string) error {
	var im *raster.Image
	seen := make(chan error, 1)
	go func() {
		var err error
		im, err = raster.Read(picture)
		seen <- err
	}()
	model, err := newUnet(nil) // they are loaded
	if err != nil {
		return err
	}
	if err := checkpoint.Load(weights, model); err != nil {
		return err
	}
	if err := <-seen; err != nil {
		return err
	}
	pixels := im.Channels(3).Float().Pix
	mean, std := [3]float32{0.485, 0.456, 0.406}, [3]float32{0.229, 0.224, 0.225}
	for i, v := range pixels {
		pixels[i] = (v - mean[i%3]) / std[i%3]
	}
	tape := autograd.NewTape(autograd.Inference)
	x := tape.Input(tensor.Dims(1, im.H, im.W, 3))
	logits := tape.Output(model.Forward(tape, x))
	if err := tape.Plan(); err != nil {
		return err
	}
	x.Set(pixels)
	tape.Forward()
	m := raster.NewMask(im.H, im.W)
	decoder.Argmax(classes, logits.Value(), m.Pix)
	return raster.WriteMask(mask, m, nil)
}

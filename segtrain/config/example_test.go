package config_test

import (
	"fmt"

	"tessera/segtrain/config"
)

func Example() {
	c, err := config.Parse("camvid.yaml", []byte(`
data:
  kind: folders
  images: /camvid/train
  masks: /camvid/trainannot
  val: {images: /camvid/val, masks: /camvid/valannot}
  classes: 11
  ignore: 11
  size: [192, 256]
optim: {lr: 1e-3}
`), "train.epochs=5")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Data.Size, c.Optim.LR, c.Train.Epochs, c.Model.Encoder)
	// Output: [192 256] 0.001 5 efficientnet-b0
}

func Example_mistakes() {
	_, err := config.Parse("run.yaml", []byte("optim:\n  lrr: 1e-3\nloss: [focl]\ntrain: {batch: 0}\n"))
	fmt.Println(err)
	// Output:
	// run.yaml:2:3: optim.lrr: unknown key; did you mean "lr"? allowed: name, lr, betas, eps, weight_decay, decoupled_weight_decay, momentum, dampening, nesterov, momentum_decay, delta, wd_ratio, amsgrad, lookahead, encoder_lr, layer_decay, decay_bias_norm, clip_norm, clip_value
	// run.yaml:3:8: loss: no "focl"; there are: cross_entropy, dice
	// run.yaml:4:16: train.batch: 0 is out of range; allowed: 1 or more
}

func ExamplePart_Decode() {
	c, err := config.Parse("run.yaml", []byte("loss:\n  - dice: {smooth: 1, wieght: 0.5}\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	dice := struct {
		Weight float64 `yaml:"weight"`
		Smooth float64 `yaml:"smooth"`
	}{Weight: 1}
	fmt.Println(c.Loss[0].Decode(&dice))
	// Output: run.yaml:2:23: loss.dice.wieght: unknown key; did you mean "weight"? allowed: weight, smooth
}

func ExampleConfig_Set() {
	c := config.Default()
	fmt.Println(c.Set("optim.lr=3e-4"), c.Optim.LR)
	fmt.Println(c.Set("data.size.0=16"))
	// Output:
	// <nil> 0.0003
	// --set data.size.0=16: data.size.0: 16 is out of range; allowed: 32 or more, because the encoder halves a picture five times
}

package workflow_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"tessera/segtrain/config"
	"tessera/segtrain/workflow"
)

// Train makes a run directory; here two steps on 20 small pictures of the procedural set.
func ExampleTrain() {
	dir, err := os.MkdirTemp("", "segtrain-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	cfg, err := config.Parse("demo", nil, "data.size=[32,32]", "data.synth.count=20", "train.steps=2",
		"model.encoder=mobilenet_v2", "model.decoder_channels=[8,8,8,8,8]", "out="+filepath.Join(dir, "run"))
	if err != nil {
		log.Fatal(err)
	}
	result, err := workflow.Train(context.Background(), cfg, workflow.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(result.Done, "steps,", result.Metrics.TrainImages, "images,", len(result.Metrics.PerClass), "classes")
	// Output: 2 steps, 10 images, 6 classes
}

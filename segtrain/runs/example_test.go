package runs_test

import (
	"fmt"
	"os"
	"path/filepath"

	"tessera/segtrain/config"
	"tessera/segtrain/record"
	"tessera/segtrain/runs"
)

func Example() {
	root, err := os.MkdirTemp("", "runs")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(root)
	for i, name := range []string{"first", "second"} {
		run, err := record.Create(filepath.Join(root, name))
		if err != nil {
			panic(err)
		}
		cfg := config.Default()
		if err := run.WriteText(record.ConfigFile, string(cfg.Marshal())); err != nil {
			panic(err)
		}
		if err := run.Append("epoch", record.Epoch{Epoch: 1, MeanIoU: 0.5 + 0.1*float64(i), Best: true}); err != nil {
			panic(err)
		}
		if err := run.Append("stop", record.Stop{Reason: record.Done}); err != nil {
			panic(err)
		}
		if err := run.Close(); err != nil {
			panic(err)
		}
	}
	ix, err := runs.Open(root)
	if err != nil {
		panic(err)
	}
	best, err := ix.Best("mean_iou")
	if err != nil {
		panic(err)
	}
	fmt.Println(len(ix.Runs), "runs; best:", best.Name, best.Metrics["mean_iou"])
	// Output: 2 runs; best: second 0.6
}

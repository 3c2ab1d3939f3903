package workflow

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/data"
	"tessera/segtrain/ensemble"
	"tessera/segtrain/metric"
	"tessera/segtrain/predict"
	"tessera/segtrain/raster"
)

// FolderOptions say how CombineFolders makes masks of folders of probabilities.
type FolderOptions struct {
	Dirs          []string // what Predict wrote, or their folders of probabilities
	Combine       string   // mean, logits, gmean; empty is mean
	Weights       []float64
	Task          string    // empty: binary for one class, else multiclass
	Thresholds    []float64 // where the task has flags
	Out           string
	Probabilities bool
}

// Combined is what CombineFolders did.
type Combined struct {
	Folders []string `json:"folders"`
	Images  int      `json:"images"`
	Classes int      `json:"classes"`
	Task    string   `json:"task"`
	Out     string   `json:"out"`
}

// CombineFolders combines the probabilities that several predictions wrote, whatever wrote them, and writes masks as Predict does.
//
// Errors: folders that have not the same files, arrays of other shapes, values that are no probabilities.
func CombineFolders(ctx context.Context, fo FolderOptions, o Options) (*Combined, error) {
	o = o.withDefaults()
	c, folders, ids, err := fo.open()
	if err != nil {
		return nil, err
	}
	first, err := predict.ReadProbabilities(probabilityFile(folders[0], ids[0]))
	if err != nil {
		return nil, err
	}
	t, err := fo.task(first.C)
	if err != nil {
		return nil, err
	}
	c.Flags = t.Flags()
	w, err := fo.writer(t, first.C, folders[0], ids)
	if err != nil {
		return nil, err
	}
	o.Log.Info("combining", "folders", len(folders), "images", len(ids), "combine", c.Method, "out", fo.Out)
	for i, id := range ids {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		full, err := combineFiles(*c, folders, id, first.C)
		if err != nil {
			return nil, err
		}
		r := predict.NewResult(t, fo.Thresholds, full)
		r.Index, r.ID = i, id
		if fo.Probabilities {
			r.Probabilities = full
		}
		if err := w.Write(r); err != nil {
			return nil, err
		}
	}
	return &Combined{Folders: folders, Images: len(ids), Classes: first.C, Task: string(t), Out: fo.Out}, nil
}

// open lists the folders and makes sure that they have the same files.
func (fo FolderOptions) open() (c *ensemble.Combiner, folders, ids []string, err error) {
	c = &ensemble.Combiner{Weights: fo.Weights}
	if c.Method, err = ensemble.ParseMethod(fo.Combine); err != nil {
		return nil, nil, nil, err
	}
	if len(c.Weights) == 0 {
		c.Weights = ensemble.Equal(len(fo.Dirs))
	}
	if err := ensemble.CheckWeights(c.Weights, len(fo.Dirs)); err != nil {
		return nil, nil, nil, err
	}
	for _, dir := range fo.Dirs {
		if sub := filepath.Join(dir, "probabilities"); exists(sub) {
			dir = sub
		}
		list, err := arrays(dir)
		if err != nil {
			return nil, nil, nil, err
		}
		folders = append(folders, dir)
		if ids == nil {
			ids = list
		}
		if a, b := lacks(ids, list), lacks(list, ids); a != "" || b != "" {
			missing, from := a, dir
			if a == "" {
				missing, from = b, folders[0]
			}
			return nil, nil, nil, fmt.Errorf("%s has no %s.npy, which another folder has: predict the same images with all members", from, missing)
		}
	}
	return c, folders, ids, nil
}

// lacks returns the first of wanted that a list has not.
func lacks(wanted, list []string) string {
	for _, id := range wanted {
		if _, ok := slices.BinarySearch(list, id); !ok {
			return id
		}
	}
	return ""
}

// arrays returns the IDs of the arrays below a folder, sorted.
func arrays(dir string) (ids []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".npy" {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		ids = append(ids, strings.TrimSuffix(filepath.ToSlash(rel), ".npy"))
		return err
	})
	if errors.Is(err, os.ErrNotExist) || err == nil && len(ids) == 0 {
		return nil, fmt.Errorf("%s has no probabilities (.npy): write them with segtrain predict --probabilities", dir)
	}
	slices.Sort(ids)
	return ids, err
}

func probabilityFile(dir, id string) string { return filepath.Join(dir, filepath.FromSlash(id)+".npy") }

// task returns what the probabilities are of.
func (fo FolderOptions) task(classes int) (metric.Task, error) {
	t := metric.Task(fo.Task)
	switch {
	case t == "" && classes == 1:
		t = metric.Binary
	case t == "":
		t = metric.Multiclass
	case t != metric.Multiclass && !t.Flags():
		return t, fmt.Errorf("no task %q; there are: %s, %s, %s", t, metric.Multiclass, metric.Binary, metric.Multilabel)
	}
	if (t == metric.Binary) != (classes == 1) && t != metric.Multilabel {
		return t, fmt.Errorf("the task %s does not go with %d classes", t, classes)
	}
	if n := len(fo.Thresholds); n > 1 && n != classes {
		return t, fmt.Errorf("%d thresholds for %d classes", n, classes)
	}
	if len(fo.Thresholds) > 0 && !t.Flags() {
		return t, fmt.Errorf("thresholds are for binary and multilabel, and this is %s", t)
	}
	return t, metric.CheckThresholds(fo.Thresholds)
}

// writer returns what writes masks of the arrays. Classes of a multilabel task have no names here: their folders are numbers.
func (fo FolderOptions) writer(t metric.Task, classes int, dir string, ids []string) (*predict.Writer, error) {
	var m data.Manifest
	for _, id := range ids {
		m = append(m, data.Record{ID: id, Image: probabilityFile(dir, id), Fold: data.NoFold})
	}
	ds, err := data.NewDataset(m, data.Options{H: 1, W: 1, C: 1})
	if err != nil {
		return nil, err
	}
	var names []string
	for k := range classes {
		names = append(names, fmt.Sprintf("class_%d", k))
	}
	return predict.NewWriter(ds, predict.WriterOptions{Dir: fo.Out, Classes: classes, Ignore: -1, Task: t, Names: names})
}

// combineFiles reads an image's arrays and combines them.
func combineFiles(c ensemble.Combiner, folders []string, id string, classes int) (*raster.Float, error) {
	var first *raster.Float
	var parts [][]float32
	for _, dir := range folders {
		file := probabilityFile(dir, id)
		p, err := predict.ReadProbabilities(file)
		if err != nil {
			return nil, err
		}
		if first == nil {
			first = p
		}
		if p.H != first.H || p.W != first.W || p.C != classes {
			return nil, fmt.Errorf("%s is %d×%d×%d, and another member's is %d×%d×%d", file, p.H, p.W, p.C, first.H, first.W, classes)
		}
		parts = append(parts, p.Pix)
	}
	full := raster.NewFloat(first.H, first.W, first.C)
	c.Combine(classes, parts, full.Pix)
	return full, nil
}

// Package oof keeps out-of-fold predictions: what a model sees in the images that it did not train on, for all images
// of a cross-validation. Thresholds, ensembles, pseudo-labels and audits of labels are made from them.
//
//	oof/manifest.json      what was predicted, by what: the last file to be written
//	oof/fold0.json         the fold is complete
//	oof/fold0.csv          what the classification head says, where there is one: id and a probability a label
//	oof/fold0/ID.npy       probabilities, uint8 of shape H×W×classes: round(255·p)
//	oof/fold0/ID.png       class indices, chosen before the probabilities were rounded; 0 and 1 of a binary task. Where classes
//	                       may overlap a bit a class, the lowest the first, and ID.2.png has those from the ninth on
//
// H×W is the network's size, not the images': data.Dataset.Restore brings a prediction to the size of its image, as it does
// when predicting. A probability is off by 1/510 at most, in a quarter of the bytes of float32.
package oof

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tessera/segtrain/raster"
)

// ManifestFile is the name of the manifest in the folder.
const ManifestFile = "manifest.json"

// Manifest is what the predictions are of.
type Manifest struct {
	Split   string   `json:"split"` // hash of the split
	Folds   int      `json:"folds"` // of all repeats
	Repeats int      `json:"repeats"`
	Task    string   `json:"task,omitempty"` // what a pixel can be: see package metric; empty is multiclass
	Classes []string `json:"classes"`
	Size    [2]int   `json:"size"`             // height and width
	Resize  string   `json:"resize"`           // how images were brought to the size: stretch, letterbox
	Weights []string `json:"weights"`          // SHA-256 of each fold's file
	Of      string   `json:"of,omitempty"`     // which weights of the folds these are: last, ema, swa, average; empty is best
	Images  []Image  `json:"images"`           // sorted by ID
	Labels  []string `json:"labels,omitempty"` // that a classification head tells; none without one
}

// Image is one image and the folds that predict it, one a repeat.
type Image struct {
	ID    string `json:"id"`
	Folds []int  `json:"folds"`
}

// Fold is what the file of a complete fold holds.
type Fold struct {
	Split   string `json:"split"`
	Weights string `json:"weights"` // SHA-256 of the file
	Images  int    `json:"images"`
	Labels  int    `json:"labels,omitempty"` // that a classification head tells
}

func foldFile(dir string, fold int) string {
	return filepath.Join(dir, fmt.Sprintf("fold%d.json", fold))
}

// ReadFold tells whether a fold is complete, and what it is. A file that makes no sense counts as none.
func ReadFold(dir string, fold int) (f Fold, ok bool) {
	text, err := os.ReadFile(foldFile(dir, fold))
	return f, err == nil && json.Unmarshal(text, &f) == nil
}

// WriteFold says that all images of a fold are written.
func WriteFold(dir string, fold int, f Fold) error { return writeJSON(foldFile(dir, fold), f) }

// WriteManifest says that all folds are complete.
func WriteManifest(dir string, m Manifest) error {
	return writeJSON(filepath.Join(dir, ManifestFile), m)
}

func writeJSON(file string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("out-of-fold: %w", err)
	}
	return write(file, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
}

// write makes the folder of a file and writes it whole or not at all.
func write(file string, encode func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return fmt.Errorf("out-of-fold: %w", err)
	}
	if err := raster.WriteFile(file, encode); err != nil {
		return fmt.Errorf("out-of-fold: %w", err)
	}
	return nil
}

// path returns the file of an image in a fold.
func path(dir string, fold int, id, ext string) string {
	return filepath.Join(dir, fmt.Sprintf("fold%d", fold), filepath.FromSlash(id)+ext)
}

// WriteImage writes the prediction of one image: probabilities, H×W×classes within [0, 1], and the class of each pixel.
// An ID that is no path below the folder is an error.
func WriteImage(dir string, fold int, id string, p *raster.Float, classes *raster.Mask) error {
	if !filepath.IsLocal(filepath.FromSlash(id)) {
		return fmt.Errorf("out-of-fold: ID %q is not a path below the folder", id)
	}
	return errors.Join(
		write(path(dir, fold, id, ".npy"), func(w io.Writer) error { return encode(w, p) }),
		write(path(dir, fold, id, ".png"), func(w io.Writer) error { return raster.EncodeMask(w, classes, nil) }),
	)
}

// A Folder is a complete set of predictions.
type Folder struct {
	Manifest
	dir   string
	index map[string]int
	said  map[string][]float32 // by image: see Said
}

// ReadManifest reads the manifest in dir. Where there is none, not all folds are done.
func ReadManifest(dir string) (m Manifest, err error) {
	file := filepath.Join(dir, ManifestFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("out-of-fold: no %s: repeat segtrain cv until all folds are done", file)
	}
	if err != nil {
		return m, fmt.Errorf("out-of-fold: %w", err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("out-of-fold: %s: %w", file, err)
	}
	return m, nil
}

// Open reads the manifest in dir. With a hash, that of the split, predictions of another split are an error; an empty
// hash takes any.
func Open(dir, hash string) (*Folder, error) {
	m, err := ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, ManifestFile)
	f := &Folder{Manifest: m, dir: dir, index: map[string]int{}}
	if hash != "" && f.Split != hash {
		return nil, fmt.Errorf("out-of-fold: %s is of the split %.12s…, not of %.12s…", file, f.Split, hash)
	}
	for i, image := range f.Images {
		f.index[image.ID] = i
	}
	return f, f.readSaid()
}

// Fold returns the fold of the first repeat whose model did not train on an image, and false for an unknown ID.
func (f *Folder) Fold(id string) (fold int, ok bool) {
	i, ok := f.index[id]
	if !ok || len(f.Images[i].Folds) == 0 {
		return 0, false
	}
	return f.Images[i].Folds[0], true
}

// Probabilities returns those of an image, H×W×classes, the mean over repeats.
func (f *Folder) Probabilities(id string) (*raster.Float, error) {
	i, ok := f.index[id]
	if !ok {
		return nil, fmt.Errorf("out-of-fold: no image %q in %s", id, f.dir)
	}
	var sum *raster.Float
	folds := f.Images[i].Folds
	for _, fold := range folds {
		file := path(f.dir, fold, id, ".npy")
		p, err := readNPY(file)
		if err != nil {
			return nil, fmt.Errorf("out-of-fold: %s: %w", file, err)
		}
		if p.H != f.Size[0] || p.W != f.Size[1] || p.C != len(f.Classes) {
			return nil, fmt.Errorf("out-of-fold: %s is %d×%d×%d, and the manifest says %d×%d×%d",
				file, p.H, p.W, p.C, f.Size[0], f.Size[1], len(f.Classes))
		}
		if sum == nil {
			sum = p
			continue
		}
		for k, v := range p.Pix {
			sum.Pix[k] += v
		}
	}
	if n := float32(len(folds)); n > 1 {
		for k := range sum.Pix {
			sum.Pix[k] /= n
		}
	}
	return sum, nil
}

// Mask returns the class indices of an image, H×W, as the first repeat's model chose them; 0 and 1 of a binary task. See
// Flags where classes may overlap.
func (f *Folder) Mask(id string) (*raster.Mask, error) {
	fold, ok := f.Fold(id)
	if !ok {
		return nil, fmt.Errorf("out-of-fold: no image %q in %s", id, f.dir)
	}
	return raster.ReadMask(path(f.dir, fold, id, ".png"),
		raster.MaskCode{Coding: raster.IndexCode, Classes: max(2, len(f.Classes)), Ignore: -1})
}

// Package weights knows where pretrained encoders are, and brings them to this machine.
//
// A pretrained encoder is named by the encoder and what it was trained on, as in segmentation_models_pytorch:
// efficientnet-b0 and imagenet. Its file is taken from a folder of the user's cache, else downloaded there from the
// project's hub at a fixed commit, or from a mirror. A download that stops goes on where it stopped, and counts only
// with the right checksum. Where there is no network, the error says which file to put where.
package weights

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tessera/internal/near"
)

//go:embed hub.txt
var table string

// Pretrained is a pretrained encoder.
type Pretrained struct {
	Encoder string
	Weights string     // what it was trained on, or how: imagenet, advprop, noisy-student, …
	Mean    [3]float64 // what its pictures were normalized with: RGB in 0..1
	Std     [3]float64

	repo, revision string // on the hub
	second         string // another address, "" if there is none
}

var all = parse(table)

// parse reads the table.
func parse(text string) []Pretrained {
	var list []Pretrained
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		p := Pretrained{Encoder: f[0], Weights: f[1], repo: "smp-hub/" + f[0] + "." + f[1], revision: f[2]}
		p.Mean, p.Std = [3]float64{0.485, 0.456, 0.406}, [3]float64{0.229, 0.224, 0.225}
		if f[3] == "half" {
			p.Mean, p.Std = [3]float64{0.5, 0.5, 0.5}, [3]float64{0.5, 0.5, 0.5}
		}
		if f[4] != "-" {
			p.second = f[4]
		}
		list = append(list, p)
	}
	return list
}

// All returns the pretrained encoders, in the order of segmentation_models_pytorch.
func All() []Pretrained { return slices.Clone(all) }

// Names returns every name that weights have, each once.
func Names() []string {
	var names []string
	for _, p := range all {
		if !slices.Contains(names, p.Weights) {
			names = append(names, p.Weights)
		}
	}
	return names
}

// Count returns how many encoders have weights of a name.
func Count(weights string) int {
	n := 0
	for _, p := range all {
		if p.Weights == weights {
			n++
		}
	}
	return n
}

// Find returns the weights of an encoder. Unknown ones are an error that lists what there is.
func Find(encoder, weights string) (Pretrained, error) {
	name := encoder
	if size, ok := strings.CutPrefix(encoder, "timm-efficientnet-lite"); ok {
		name = "timm-tf_efficientnet_lite" + size // as the hub calls them
	}
	var names []string
	for _, p := range all {
		if p.Encoder != name {
			continue
		}
		if names = append(names, p.Weights); p.Weights == weights {
			return p, nil
		}
	}
	if names == nil {
		return Pretrained{}, errors.New("no pretrained weights are known for encoder " + near.None(encoder, encoders()) + "; or give a file")
	}
	return Pretrained{}, fmt.Errorf("no weights %q for encoder %s; %sthere are: %s, or a file", weights, encoder,
		near.Guess(weights, names), strings.Join(names, ", "))
}

// encoders returns the encoders that have weights, each once.
func encoders() []string {
	var names []string
	for _, p := range all {
		if !slices.Contains(names, p.Encoder) {
			names = append(names, p.Encoder)
		}
	}
	return names
}

// File is the name of the file in a cache or a mirror's folder. Another commit of the hub has another name.
func (p Pretrained) File() string {
	return fmt.Sprintf("%s.%s-%s.safetensors", p.Encoder, p.Weights, p.revision[:8])
}

// Hub is where downloads come from unless a mirror is set.
const Hub = "https://huggingface.co"

// URL is the address of the file on the hub, or on a mirror that has the hub's paths.
func (p Pretrained) URL(mirror string) string {
	if mirror == "" {
		mirror = Hub
	}
	return strings.TrimSuffix(mirror, "/") + "/" + p.repo + "/resolve/" + p.revision + "/model.safetensors"
}

// Dir is the folder that weights are kept in: weights below SEGTRAIN_CACHE, else below segtrain in the user's cache
// (XDG_CACHE_HOME, ~/.cache on Linux).
func Dir() (string, error) {
	if dir := os.Getenv("SEGTRAIN_CACHE"); dir != "" {
		return filepath.Join(dir, "weights"), nil
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("no folder for weights: %w; set SEGTRAIN_CACHE", err)
	}
	return filepath.Join(dir, "segtrain", "weights"), nil
}

// Cached tells whether the file is in a folder.
func (p Pretrained) Cached(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, p.File()))
	return !errors.Is(err, fs.ErrNotExist)
}

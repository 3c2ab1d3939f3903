package ensemble

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"tessera/segtrain/raster"
)

// fileFormat is the version of the files that this program reads.
const fileFormat = 1

// A File is an ensemble to predict with.
type File struct {
	Format  int          `yaml:"ensemble"`
	Combine Method       `yaml:"combine"`
	Classes []string     `yaml:"classes,omitempty"`
	Split   string       `yaml:"split,omitempty"` // hash of the split that weights were fitted on; empty: they were not
	Members []FileMember `yaml:"members"`
}

// A FileMember is a run, or a cross-validation, which is all its folds with the same share of the weight.
type FileMember struct {
	Dir    string   `yaml:"dir"`    // within a file: as seen from the file's folder
	Weight float64  `yaml:"weight"` // only ratios matter
	Files  []string `yaml:"weights,omitempty"`
}

// Is tells whether a path is a file of an ensemble: YAML with the key ensemble at its top.
func Is(path string) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "ensemble:") {
			return true
		}
	}
	return false
}

// ReadFile reads an ensemble. Its directories are as seen from here.
//
// Errors: a file that cannot be read, keys that there are not, no members, weights that make no sense.
func ReadFile(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("ensemble: %w", err)
	}
	f := &File{}
	if err := yaml.UnmarshalWithOptions(text, f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("ensemble %s: %w", path, err)
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("ensemble %s: %w", path, err)
	}
	for i, m := range f.Members {
		if !filepath.IsAbs(m.Dir) {
			f.Members[i].Dir = filepath.Join(filepath.Dir(path), filepath.FromSlash(m.Dir))
		}
	}
	return f, nil
}

func (f *File) check() (err error) {
	if f.Format != fileFormat {
		return fmt.Errorf("format %d; this program reads %d", f.Format, fileFormat)
	}
	if f.Combine, err = ParseMethod(string(f.Combine)); err != nil {
		return err
	}
	if len(f.Members) == 0 {
		return errors.New("no members")
	}
	var weights []float64
	for i, m := range f.Members {
		if m.Dir == "" {
			return fmt.Errorf("member %d has no dir", i+1)
		}
		if slices.Contains(m.Files, "") {
			return fmt.Errorf("member %d has a file of weights without a name", i+1)
		}
		weights = append(weights, m.Weight)
	}
	return CheckWeights(weights, len(f.Members))
}

// WriteFile writes an ensemble whose directories are as seen from here, whole or not at all. Directories are written as seen
// from the file, so that both may be moved together.
func WriteFile(path string, f File) error {
	f.Format, f.Members = fileFormat, slices.Clone(f.Members)
	if err := f.check(); err != nil {
		return fmt.Errorf("ensemble %s: %w", path, err)
	}
	for i, m := range f.Members {
		f.Members[i].Dir = seen(filepath.Dir(path), m.Dir)
	}
	text, err := yaml.Marshal(f)
	if err != nil {
		return fmt.Errorf("ensemble %s: %w", path, err)
	}
	const head = "# An ensemble of segtrain: segtrain predict THIS IMAGES\n"
	err = raster.WriteFile(path, func(w io.Writer) error {
		_, err := io.Copy(w, io.MultiReader(strings.NewReader(head), bytes.NewReader(text)))
		return err
	})
	if err != nil {
		return fmt.Errorf("ensemble: %w", err)
	}
	return nil
}

// seen returns a directory as seen from another, with slashes; absolute where there is no way.
func seen(from, dir string) string {
	a, errA := filepath.Abs(from)
	b, errB := filepath.Abs(dir)
	if errA != nil || errB != nil {
		return dir
	}
	rel, err := filepath.Rel(a, b)
	if err != nil {
		return b
	}
	return filepath.ToSlash(rel)
}

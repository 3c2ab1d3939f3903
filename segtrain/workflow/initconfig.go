package workflow

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"tessera/segtrain/config"
	"tessera/segtrain/raster"
	"tessera/segtrain/recipes"
)

// WriteConfig writes a commented configuration for what was seen of a data set, with the network and the training of a recipe unless
// that is empty, and returns it. Paths in the file are relative to its folder.
func WriteConfig(out string, f config.Facts, recipe string) (*config.Config, error) {
	f.Images, f.Masks = relative(out, f.Images), relative(out, f.Masks)
	if f.Annotations != "" {
		f.Annotations = relative(out, f.Annotations)
	}
	text, err := template(f, recipe)
	if err != nil {
		return nil, err
	}
	cfg, err := config.Parse(out, text)
	if err != nil {
		return nil, fmt.Errorf("no configuration can be written for these files:\n%w", err)
	}
	err = raster.WriteFile(out, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("writing the configuration: no folder %s", filepath.Dir(out))
	}
	if err != nil {
		return nil, fmt.Errorf("writing the configuration: %w", err)
	}
	return cfg, nil
}

// template returns a configuration for what was seen of a data set, of a recipe unless that is empty.
func template(f config.Facts, recipe string) ([]byte, error) {
	if recipe == "" {
		return config.Template(f), nil
	}
	r, err := recipes.Find(recipe)
	if err != nil {
		return nil, err
	}
	head, data, rest := r.Parts()
	return config.RecipeTemplate(f, head, data, rest, r.Binary)
}

// relative returns a path relative to the folder of a file, if there is a way from it.
func relative(file, path string) string {
	from, errFrom := filepath.Abs(filepath.Dir(file))
	to, errTo := filepath.Abs(path)
	if rel, err := filepath.Rel(from, to); errors.Join(errFrom, errTo, err) == nil {
		return rel
	}
	return path
}

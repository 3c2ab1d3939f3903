package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
	"tessera/segtrain/raster"
	"tessera/segtrain/workflow"
)

func (a *app) init() *cobra.Command {
	var out, recipe string
	var force bool
	cmd := &cobra.Command{
		Use:     "init IMAGES MASKS|FILE",
		Short:   "Look at a folder of images and one of masks, or a file of regions, and write a configuration",
		GroupID: "work",
		Example: "  segtrain init images masks\n  segtrain init --recipe mmseg-segformer images masks",
		Args:    arguments(cobra.ExactArgs(2), "a folder of images, and a folder of masks or a file (COCO, or a table of run-lengths)"),
		RunE: func(_ *cobra.Command, args []string) error {
			if _, err := os.Lstat(out); err == nil && !force {
				return fmt.Errorf("%s exists: choose another name with -o, or replace it with --force", out)
			}
			facts, err := workflow.Inspect(args[0], args[1])
			if err != nil {
				return err
			}
			return a.writeConfig(out, *facts, recipe)
		},
	}
	cmd.Flags().StringVarP(&out, "out", "o", "config.yaml", "file to write")
	cmd.Flags().StringVar(&recipe, "recipe", "", "preset for the network and its training; see segtrain recipes list")
	completeRecipes(cmd)
	cmd.Flags().BoolVar(&force, "force", false, "replace the file if it exists")
	return cmd
}

// writeConfig writes a configuration for the facts, of a recipe unless that is empty, and says what it is about.
func (a *app) writeConfig(out string, f config.Facts, recipe string) error {
	seen := f
	f.Images, f.Masks = relative(out, f.Images), relative(out, f.Masks)
	if f.Annotations != "" {
		f.Annotations = relative(out, f.Annotations)
	}
	text, err := template(f, recipe)
	if err != nil {
		return err
	}
	cfg, err := config.Parse(out, text)
	if err != nil {
		return fmt.Errorf("no configuration can be written for these files:\n%w", err)
	}
	err = raster.WriteFile(out, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("writing the configuration: no folder %s", filepath.Dir(out))
	}
	if err != nil {
		return fmt.Errorf("writing the configuration: %w", err)
	}
	if a.json {
		return a.printJSON(seen)
	}
	masks := "masks coded as " + f.MaskCode
	if f.Annotations != "" {
		masks = "masks of " + filepath.Base(f.Annotations)
	}
	fmt.Fprintf(a.stdout, "%d images, most of %d×%d pixels (width × height), with %s. Wrote %s.\n"+
		"Read it, name the classes, then: %s train %s\n", f.Count, f.W, f.H, masks, out, program(), out)
	if cfg.Debug {
		fmt.Fprintln(a.stdout, "As long as it says debug: true, that tests the data, the model and this machine, and stops.")
	}
	return nil
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

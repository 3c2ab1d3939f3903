package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
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
	cfg, err := workflow.WriteConfig(out, f, recipe)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(f)
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

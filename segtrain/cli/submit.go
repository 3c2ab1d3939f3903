package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
	"tessera/segtrain/disk"
	"tessera/segtrain/submission"
	"tessera/segtrain/workflow"
)

// submitFlags are the flags of submit that stand for keys of a configuration.
type submitFlags struct {
	config, names, task          string
	format, dialect, class, size string
	extension, train             string
}

func (a *app) submit() *cobra.Command {
	var s settings
	var o workflow.SubmitOptions
	var v submitFlags
	cmd := &cobra.Command{
		Use:     "submit MASKS",
		Short:   "Write predicted masks as a competition takes them, and check what was written",
		GroupID: "work",
		Long: "submit writes the masks of segtrain predict as a table of run-lengths or as PNG files, as the configuration's\n" +
			"block submit or the flags say, reads that back, and compares it with the masks and with the competition's\n" +
			"sample submission. A file is there whole and right, or not at all.",
		Example: "  segtrain submit predictions --config runs/a --dialect dacon --size 224x224 --sample sample_submission.csv\n" +
			"  segtrain submit predictions --config runs/a --format png --images test --out submission.zip\n" +
			"  segtrain submit predictions --names ship --task binary --dialect airbus --set submit.extension=.jpg",
		Args: arguments(cobra.ExactArgs(1), "the folder that segtrain predict wrote"),
		RunE: func(_ *cobra.Command, args []string) error {
			cfg, err := v.load(&s)
			if err != nil {
				return err
			}
			o.Masks = args[0]
			if v.train != "" {
				if o.Images == "" {
					return usageError{errors.New("--train compares --images with the data of a configuration: give both")}
				}
				if o.Train, err = (&settings{}).load(configOf(v.train)); err != nil {
					return err
				}
			}
			return a.runSubmit(cfg, o)
		},
	}
	s.flags(cmd)
	v.flags(cmd)
	f := cmd.Flags()
	f.StringVarP(&o.Out, "out", "o", "", "file or folder to write: .csv, .zip, or a folder of PNG files\n(default submission.csv, or submission)")
	f.StringVar(&o.Sample, "sample", "", "the competition's sample: a table, or a folder or zip of PNG files")
	f.StringVar(&o.Images, "images", "", "folder of the pictures that were predicted, whose sizes are written")
	f.StringVar(&v.train, "train", "", "configuration or run: warn of --images that look like its data")
	f.BoolVar(&o.Partial, "partial", false, "write what masks and sample share; what masks lack is written empty")
	f.BoolVar(&o.Force, "force", false, "replace what is there")
	return cmd
}

func (v *submitFlags) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&v.config, "config", "", "run, cross-validation or configuration that the masks are of")
	f.StringVar(&v.names, "names", "", "names of the masks' classes in place of --config: sky,fish,bird")
	f.StringVar(&v.task, "task", "", "multiclass, binary or multilabel, with --names")
	f.StringVar(&v.format, "format", "", "rle, png, palette or binary (submit.format)")
	f.StringVar(&v.dialect, "dialect", "", "of rle: "+strings.Join(config.Choices("submit.rle.dialect"), ", "))
	f.StringVar(&v.class, "class", "", "classes to write, a,b (submit.classes)")
	f.StringVar(&v.size, "size", "", "`HxW` of all masks (submit.size)")
	f.StringVar(&v.extension, "extension", "", "behind ids without a sample, such as .jpg (submit.extension)")
}

// sizeText is height and width.
var sizeText = regexp.MustCompile(`^([0-9]+)[x×]([0-9]+)$`)

// settings returns the flags as settings of the configuration.
func (v *submitFlags) settings() ([]string, error) {
	var list []string
	for _, f := range []struct{ key, value string }{
		{"submit.format", v.format}, {"submit.rle.dialect", v.dialect}, {"submit.extension", v.extension},
	} {
		if f.value != "" {
			list = append(list, f.key+"="+f.value)
		}
	}
	if v.class != "" {
		list = append(list, "submit.classes="+names(v.class))
	}
	if v.size != "" {
		m := sizeText.FindStringSubmatch(v.size)
		if m == nil {
			return nil, usageError{fmt.Errorf("--size %s is not height and width, such as 224x224", v.size)}
		}
		list = append(list, fmt.Sprintf("submit.size=[%s, %s]", m[1], m[2]))
	}
	return list, nil
}

// names returns a comma-separated list as one of YAML.
func names(list string) string {
	var quoted []string
	for name := range strings.SplitSeq(list, ",") {
		quoted = append(quoted, fmt.Sprintf("%q", strings.TrimSpace(name)))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// load reads the configuration that masks are of, or makes one of the names of their classes.
func (v *submitFlags) load(s *settings) (*config.Config, error) {
	more, err := v.settings()
	if err != nil {
		return nil, err
	}
	s.set = append(more, s.set...)
	switch {
	case (v.config == "") == (v.names == ""):
		return nil, usageError{errors.New("submit wants --config, the run that predicted the masks, or --names, their classes")}
	case v.config != "" && v.task != "":
		return nil, usageError{errors.New("--task goes with --names; --config knows the task")}
	case v.config != "":
		return s.load(configOf(v.config))
	}
	task, masks := v.task, "."
	if task == "" {
		task = config.Multiclass
	}
	if task == config.Multilabel {
		masks = "{class}"
	}
	text := fmt.Sprintf("task: %s\ndata: {kind: folders, images: ., masks: %q, classes: %s}\n", task, masks, names(v.names))
	return config.Parse("--names", []byte(text), s.all()...)
}

// configOf returns the configuration of a cross-validation's folder, and other paths as they are.
func configOf(path string) string {
	file := filepath.Join(path, workflow.CVConfigFile)
	if _, err := os.Stat(file); err == nil {
		return file
	}
	return path
}

func (a *app) runSubmit(cfg *config.Config, o workflow.SubmitOptions) error {
	out := a.logging()
	ctx, release := interruptible(func() { out.log.Warn("stopping; nothing is written") })
	defer release()
	count := out.counter("masks")
	o.Progress = count.done
	r, err := workflow.Submit(ctx, cfg, o, workflow.Options{Log: out.log})
	count.stop()
	if err != nil {
		return stopped(err)
	}
	for _, w := range r.Warnings {
		out.log.Warn(w)
	}
	if a.json {
		return a.printJSON(r)
	}
	return a.printSubmission(r)
}

func (a *app) printSubmission(r *submission.Result) error {
	what, n := "rows", r.Rows
	if r.Format != submission.RLE {
		what, n = "PNG files", r.Files
	}
	fmt.Fprintf(a.stdout, "%s, %s: read back, and every pixel is that of its mask.\n\n", r.Out, disk.Bytes(r.Bytes))
	return a.printTable([][2]string{
		{"images", fmt.Sprint(r.Images)},
		{what, fmt.Sprintf("%d, without a pixel %d", n, r.Empty)},
		{"resized", fmt.Sprint(r.Resized)},
		{"classes", strings.Join(r.Classes, ", ")},
	})
}

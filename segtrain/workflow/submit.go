package workflow

import (
	"context"
	"image/color"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/segtrain/submission"
)

// SubmitOptions say what Submit reads and writes. How a submission looks is said by the configuration's block submit.
type SubmitOptions struct {
	Masks   string // folder that Predict wrote
	Out     string // file or folder to write; empty: submission.csv, or the folder submission
	Sample  string // the competition's: a table, or a folder or zip of PNG files; empty: none
	Images  string // folder of the pictures that were predicted, whose sizes are written; empty: none
	Partial bool   // see submission.Options
	Force   bool   // replace what is there

	// Train, where not nil, is a configuration in whose samples none of Images should stand.
	Train *config.Config
	// Progress, where not nil, is called by one goroutine at a time.
	Progress func(done, total int)
}

// tableWriting are the keys of submit.rle beside the dialect.
type tableWriting struct {
	ImageColumn string `yaml:"image_column"`
	ClassColumn string `yaml:"class_column"`
	RLEColumn   string `yaml:"rle_column"`
	Joint       string `yaml:"joint"`
	Order       string `yaml:"order"`
	Base        int    `yaml:"base"`
	Empty       string `yaml:"empty"`
	ClassBy     string `yaml:"class_by"`
	Components  int    `yaml:"components"`
	EmptyRows   bool   `yaml:"empty_rows"`
}

// The formats and dialects of package submission become choices.
func init() {
	for _, f := range submission.Formats {
		config.Register("submit.format", config.Choice{Name: string(f.Name), Doc: f.Doc})
	}
	for _, d := range submission.Dialects() {
		t := d.Table
		empty := ""
		if len(t.Code.Empty) > 0 {
			empty = t.Code.Empty[0]
		}
		config.Register("submit.rle.dialect", config.Choice{Name: d.Name, Doc: d.Doc, Settings: func() any {
			return &tableWriting{
				ImageColumn: t.Image, ClassColumn: t.Class, RLEColumn: t.Runs, Joint: t.Joint,
				Order: string(t.Code.Order), Base: t.Code.Base, Empty: empty,
				ClassBy: string(t.ClassBy), Components: t.Components, EmptyRows: !t.SkipEmpty,
			}
		}})
	}
}

// written returns how a configuration's submission is written as a table.
func written(cfg *config.Config) submission.Table {
	s := cfg.Settings("submit.rle.dialect").(*tableWriting)
	t := submission.Table{
		RLETable: data.RLETable{
			Image: s.ImageColumn, Class: s.ClassColumn, Runs: s.RLEColumn, Joint: s.Joint,
			Code: raster.RLE{Order: raster.Order(s.Order), Base: s.Base},
		},
		ClassBy: submission.ClassBy(s.ClassBy), Components: s.Components, SkipEmpty: !s.EmptyRows,
	}
	if s.Empty != "" {
		t.Code.Empty = []string{s.Empty}
	}
	return t
}

// Submit writes predicted masks as a competition takes them, reads that back and compares it with the masks: see
// submission.Write. The configuration names the classes and says how a submission looks; no file of it is read but those of
// SubmitOptions.
func Submit(ctx context.Context, cfg *config.Config, so SubmitOptions, o Options) (*submission.Result, error) {
	o = o.withDefaults()
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	setThreads(cfg)
	spec, err := submissionSpec(cfg)
	if err != nil {
		return nil, err
	}
	masks, err := submission.Open(so.Masks, spec.Task, spec.Classes)
	if err != nil {
		return nil, err
	}
	opt := submission.Options{Out: so.Out, Force: so.Force, Partial: so.Partial, Progress: so.Progress}
	if so.Out == "" {
		opt.Out = map[bool]string{true: "submission.csv", false: "submission"}[spec.Format == submission.RLE]
	}
	if so.Sample != "" {
		if spec.Format == submission.RLE {
			opt.Sample, err = submission.ReadSample(so.Sample, spec.Table)
		} else {
			opt.Pictures, err = submission.ReadPictures(so.Sample)
		}
		if err != nil {
			return nil, err
		}
	}
	if so.Images != "" {
		if spec.SizeOf, err = submission.PictureSizes(masks, so.Images); err != nil {
			return nil, err
		}
	}
	o.Log.Info("writing", "masks", masks.Len(), "from", masks.Dir(), "format", spec.Format, "out", opt.Out)
	result, err := submission.Write(ctx, masks, spec, opt)
	if err != nil || so.Train == nil {
		return result, err
	}
	warning, err := seenInTraining(ctx, so.Train, []string{so.Images}, so.Progress)
	if warning != "" {
		result.Warnings = append(result.Warnings, warning)
	}
	return result, err
}

// submissionSpec returns what a configuration's submission looks like.
func submissionSpec(cfg *config.Config) (submission.Spec, error) {
	c := cfg.Submit
	s := submission.Spec{
		Format: submission.Format(c.Format), Task: task(cfg), Classes: classNames(cfg), Table: written(cfg), Values: c.Values,
		Extension: c.Extension, Keep: c.Resize == "never",
	}
	if c.Size != nil {
		s.H, s.W = c.Size[0], c.Size[1]
	}
	if s.Colors = classColors(cfg, len(s.Classes)); s.Task == metric.Binary {
		s.Colors = []color.RGBA{{A: 255}, s.Colors[0]} // black is what is not there
	}
	if len(c.Classes) > 0 && (s.Format == submission.PNG || s.Format == submission.Palette) {
		return s, cfg.Mistake("submit.classes", "chooses classes, but files of format %s show all; allowed then: none chosen, or format %s",
			s.Format, submission.Binary)
	}
	var err error
	if s.Written, err = submission.ChooseClasses(s.Task, s.Classes, c.Classes, cfg.Data.Background); err != nil {
		return s, located(cfg, "submit.classes", err)
	}
	if err := s.Check(); err != nil {
		return s, located(cfg, "submit", err)
	}
	return s, nil
}

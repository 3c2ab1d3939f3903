package workflow

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/report"
	"tessera/segtrain/survey"
)

// CheckOptions say what CheckData looks at and where it writes.
type CheckOptions struct {
	Test []string // folders and files of images to be predicted, which have no masks
	Out  string   // folder for a page and its pictures; empty: none
	// Progress, where not nil, is called after each image with the number of those done, by one goroutine at a time.
	Progress func(done, total int)
}

// CheckFile is the page that CheckData writes.
const CheckFile = "data.html"

// CheckData opens every file of a configuration's data set and tells what it holds and what is wrong with it. The error
// is about a data set that cannot be listed; what is wrong with files is in the findings.
func CheckData(ctx context.Context, cfg *config.Config, co CheckOptions) (*survey.Survey, error) {
	s, parts, remove, err := dataParts(cfg)
	if err != nil {
		return nil, err
	}
	defer remove()
	if len(co.Test) > 0 {
		test, err := inputRecords(co.Test)
		if err != nil {
			return nil, err
		}
		parts = append(parts, survey.Part{Name: "test", Records: test})
	}
	found, err := survey.Run(ctx, survey.Options{
		Parts: parts, Classes: countedClasses(cfg, s.classes), Code: s.code, Overlapping: overlapping(cfg, s.classes),
		Channels: cfg.Data.Channels, Findings: s.findings, Progress: co.Progress,
	})
	if err != nil || co.Out == "" {
		return found, err
	}
	if err := os.MkdirAll(co.Out, 0o777); err != nil {
		return nil, fmt.Errorf("writing the page: %w", err)
	}
	return found, report.WriteSurvey(filepath.Join(co.Out, CheckFile), report.Data{
		Title: "Data of " + cfg.Data.Kind, Survey: found, Palette: countedColors(cfg, s.palette),
	})
}

// dataParts lists the samples of a configuration with all that is wrong about the lists. remove takes away what was
// drawn for it.
func dataParts(cfg *config.Config) (s *source, parts []survey.Part, remove func(), err error) {
	if err := cfg.Check(); err != nil {
		return nil, nil, nil, err
	}
	if err := checkSource(cfg); err != nil {
		return nil, nil, nil, err
	}
	setThreads(cfg)
	drawn, remove, err := drawFolder(cfg)
	if err != nil {
		return nil, nil, nil, err
	}
	s = describeSource(cfg)
	s.lenient = true
	if err := s.list(cfg, drawn); err != nil {
		remove()
		return nil, nil, nil, err
	}
	return s, []survey.Part{{Name: "training", Records: s.train}, {Name: "validation", Records: s.val}}, remove, nil
}

// ChannelStats measures the channels of the training images, as data.mean and data.std have them.
func ChannelStats(ctx context.Context, cfg *config.Config, progress func(done, total int)) ([]survey.Channel, error) {
	s, parts, remove, err := dataParts(cfg)
	if err != nil {
		return nil, err
	}
	defer remove()
	images := make(data.Manifest, len(s.train))
	for i, r := range s.train {
		images[i] = data.Record{ID: r.ID, Image: r.Image, Fold: data.NoFold}
	}
	found, err := survey.Run(ctx, survey.Options{
		Parts: []survey.Part{{Name: parts[0].Name, Records: images}}, Classes: s.classes,
		Code:     raster.MaskCode{Coding: raster.IndexCode, Classes: len(s.classes), Ignore: -1},
		Channels: cfg.Data.Channels, Progress: progress,
	})
	if err != nil {
		return nil, err
	}
	if err := found.Findings.Err(); err != nil {
		return nil, err
	}
	return found.Channels, nil
}

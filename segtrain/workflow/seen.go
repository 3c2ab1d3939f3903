package workflow

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/survey"
)

// allImages lists the pictures that a configuration trains on or validates with.
func allImages(cfg *config.Config) (data.Manifest, error) {
	s := describeSource(cfg)
	s.lenient = true
	all, err := s.records(cfg, filepath.Join(cfg.Out, DataFolder))
	if err != nil {
		return nil, err
	}
	if v := cfg.Data.Val; v.Images != "" || v.Annotations != "" {
		val, err := s.validation(cfg)
		if err != nil {
			return nil, err
		}
		all = append(all, val...)
	}
	return all, nil
}

// warnOfSeen warns of pictures to be predicted whose files are those of pictures that the model was made with. It takes a
// moment; it says nothing where the data of the run is no longer there.
func warnOfSeen(cfg *config.Config, inputs data.Manifest, log *slog.Logger) {
	if cfg.Data.Kind == "synth" {
		return // drawn, and maybe not here
	}
	known, err := allImages(cfg)
	if err != nil {
		return
	}
	same, err := survey.SameFiles(known, inputs)
	if err != nil || len(same) == 0 {
		return
	}
	var names []string
	for _, pair := range same {
		names = append(names, pair[1].ID)
	}
	log.Warn("pictures of the training or validation data are predicted: what the model knows says little about what it does not",
		"files", len(same), "of", len(inputs), "such_as", firstNames(names))
}

// seenInTraining returns a sentence about pictures that look like some that a configuration trains on or validates with; "" if there
// are none. All of them are decoded for that.
func seenInTraining(ctx context.Context, cfg *config.Config, inputs []string, progress func(done, total int)) (string, error) {
	known, err := allImages(cfg)
	if err != nil {
		return "", err
	}
	test, err := inputRecords(inputs)
	if err != nil {
		return "", err
	}
	found, err := survey.Shared(ctx, known, test, progress)
	if err != nil || len(found) == 0 {
		return "", err
	}
	exact := 0
	var names []string
	for _, l := range found {
		if l.Exact {
			exact++
		}
		names = append(names, fmt.Sprintf("%s (%s)", l.B.ID, l.A.ID))
	}
	return fmt.Sprintf("%d of %d pictures look like one that was trained on or validated with, %d of them exactly: %s",
		len(found), len(test), exact, firstNames(names)), nil
}

// firstNames returns the first five names.
func firstNames(names []string) string {
	const shown = 5
	text := strings.Join(names[:min(shown, len(names))], ", ")
	if len(names) > shown {
		text += ", …"
	}
	return text
}

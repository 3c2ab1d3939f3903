package workflow

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tessera/nn/checkpoint"
	"tessera/nn/decoder"
	"tessera/segtrain/config"
	"tessera/segtrain/record"
	"tessera/segtrain/weights"
)

// startWeights gives a model the weights that a training run starts from, and returns their file; nil if the
// configuration names none.
func startWeights(
	ctx context.Context, cfg *config.Config, m decoder.Model, log *slog.Logger,
) (from *record.Weights, err error) {
	from = &record.Weights{File: cfg.Model.Weights}
	switch {
	case cfg.Model.Weights != "":
		if err := wholeWeights(from.File, m, log); err != nil {
			return nil, located(cfg, "model.weights", err)
		}
	case cfg.Model.EncoderWeights != "":
		if from.File, err = encoderWeights(ctx, cfg, m, log); err != nil {
			return nil, located(cfg, "model.encoder_weights", err)
		}
	default:
		return nil, nil
	}
	from.SHA256, err = weights.Sum(from.File)
	return from, err
}

// wholeWeights reads a model's weights from a file. Those of another number of classes or channels are adapted, and
// what is left out is told.
func wholeWeights(path string, m decoder.Model, log *slog.Logger) error {
	entries, _, err := checkpoint.ReadFile(path)
	if err != nil {
		return fmt.Errorf("loading weights: %w", err)
	}
	match, err := checkpoint.Fit(m, "", entries, checkpoint.MatchOptions{Adapt: true})
	if err == nil {
		tell(log, path, match)
		return nil
	}
	_, alone, no := checkpoint.FindMatch(checkpoint.Slots(m, "encoder"), entries, checkpoint.MatchOptions{Adapt: true})
	if no == nil && !strings.HasSuffix(alone.Prefix, "encoder.") {
		err = errors.New("these are weights of an encoder alone; they belong to model.encoder_weights")
	}
	return fmt.Errorf("loading weights: %s: %w", path, err)
}

// trainedWeights reads the weights of a trained model, of which nothing may be missing.
func trainedWeights(path string, m decoder.Model) error {
	entries, _, err := checkpoint.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) && filepath.Base(path) == record.AverageFile {
		return fmt.Errorf("loading weights: %w; segtrain average makes it", err)
	}
	if err != nil {
		return fmt.Errorf("loading weights: %w", err)
	}
	if _, err := checkpoint.Fit(m, "", entries, checkpoint.MatchOptions{}); err != nil {
		return fmt.Errorf("loading weights: %s: %w", path, err)
	}
	return nil
}

// encoderWeights reads the weights of a model's encoder from a file, or from the one that a name stands for, and returns
// its path.
func encoderWeights(ctx context.Context, cfg *config.Config, m decoder.Model, log *slog.Logger) (path string, err error) {
	path = cfg.Model.EncoderWeights
	if slices.Contains(weights.Names(), path) {
		if path, err = namedWeights(ctx, cfg, log); err != nil {
			return "", err
		}
	}
	entries, _, err := checkpoint.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w; or one of %s", err, strings.Join(weights.Names(), ", "))
	}
	if err != nil {
		return "", err
	}
	match, err := checkpoint.Fit(m, "encoder", entries, checkpoint.MatchOptions{Adapt: true, Extra: true})
	if err != nil {
		return "", fmt.Errorf("%s: encoder %s: %w", path, cfg.Model.Encoder, err)
	}
	tell(log, path, match)
	return path, nil
}

// namedWeights returns the file of the pretrained weights that the configuration names.
func namedWeights(ctx context.Context, cfg *config.Config, log *slog.Logger) (string, error) {
	p, err := weights.Find(cfg.Model.Encoder, cfg.Model.EncoderWeights)
	if err != nil {
		return "", err
	}
	warnNormalization(cfg, p, log)
	store, err := weights.Open(cfg.Model.Mirror)
	if err != nil {
		return "", err
	}
	store.Progress = progressOf(log)
	return store.Fetch(ctx, p)
}

// warnNormalization warns of pictures that look other than those the weights were trained on.
func warnNormalization(cfg *config.Config, p weights.Pretrained, log *slog.Logger) {
	d := cfg.Data
	if d.Channels == 3 && !(slices.Equal(d.Mean, p.Mean[:]) && slices.Equal(d.Std, p.Std[:])) {
		log.Warn("the pretrained encoder saw pictures of another normalization; set data.mean and data.std",
			"mean", p.Mean, "std", p.Std)
	}
}

// tell logs what became of the weights in a file.
func tell(log *slog.Logger, path string, m *checkpoint.Match) {
	args := []any{"file", path}
	if m.Prefix != "" {
		args = append(args, "prefix", m.Prefix)
	}
	if m.Dialect != "" {
		args = append(args, "names", m.Dialect)
	}
	log.Info("weights", args...)
	for _, list := range []struct {
		what  string
		names []string
	}{
		{"weights: changed to fit", m.Adapted}, {"weights: not in the file, so they start anew", m.Fresh},
		{"weights: left out, because the model has no use for them", m.Unused},
		{"weights: the file has others too", m.Others},
	} {
		if n := len(list.names); n > 0 {
			log.Info(list.what, "tensors", n, "names", shortList(list.names))
		}
	}
}

// shortList joins the first of the names.
func shortList(names []string) string {
	const shown = 4
	text := strings.Join(names[:min(shown, len(names))], ", ")
	if len(names) > shown {
		text += ", …"
	}
	return text
}

// progressOf returns a function that logs the progress of a download now and then.
func progressOf(log *slog.Logger) func(file string, done, total int64) {
	const every = 5 * time.Second
	var last time.Time
	return func(file string, done, total int64) {
		if now := time.Now(); done == total || now.Sub(last) >= every {
			last = now
			log.Info("downloading", "file", file, "done", megabytes(done), "of", megabytes(total))
		}
	}
}

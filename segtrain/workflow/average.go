package workflow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"tessera/nn/checkpoint"
	"tessera/segtrain/config"
	"tessera/segtrain/metric"
	"tessera/segtrain/record"
	"tessera/segtrain/train"
)

// AverageName is that of a mean of files in a run's log.
const AverageName = "average"

// AverageOptions say which files Average makes a mean of: exactly one of Last, Top and Files.
type AverageOptions struct {
	Last  int      // the last so many epochs
	Top   int      // the best so many epochs, by train.best
	Files []string // files, below the working folder or the run's; or best, last, ema, swa
	Out   string   // file to write; empty is average.safetensors in the run
}

// A WeightsScore is how well a file of weights does on the validation images, at the network's size.
type WeightsScore struct {
	File    string       `json:"file"`
	MeanIoU metric.Score `json:"mean_iou"`
	Gain    metric.Score `json:"gain"` // of mean IoU over the run's best weights
	Loss    float64      `json:"loss"`
}

// An AverageResult is a mean of files, beside what it is a mean of.
type AverageResult struct {
	Members   []WeightsScore `json:"members"`        // in the order in which they were added up
	Best      WeightsScore   `json:"best"`           // the run's
	Refreshed WeightsScore   `json:"best_refreshed"` // the run's, with batch norms measured anew as the mean's are: what that gains alone
	Average   WeightsScore   `json:"average"`
	ValImages int            `json:"val_images"`
	Split     string         `json:"split"` // hash of the split: the validation images
}

// Average writes the mean of the weights of several files of the run cfg.Out, with the statistics of batch norms measured anew on its
// training images as SWA does, and measures it on the validation images beside its members and the best weights. When ctx ends
// nothing is written.
func Average(ctx context.Context, cfg *config.Config, ao AverageOptions, o Options) (*AverageResult, error) {
	members, out, err := ao.resolve(cfg)
	if err != nil {
		return nil, err
	}
	s, err := reopen(cfg, o)
	if err != nil {
		return nil, err
	}
	defer s.run.Close()
	a := averager{session: s, trainer: s.trainer(), result: &AverageResult{ValImages: s.val.Len(), Split: s.source.split.Hash()}}
	defer a.trainer.Eval.Free()
	if err := a.measureFiles(ctx, members); err != nil {
		return nil, err
	}
	if err := a.finish(ctx, out); err != nil {
		return nil, err
	}
	a.gains()
	return a.result, s.run.Append("average", record.Average{
		Name: AverageName, File: s.inRun(out), Models: len(members), Scores: *scores(a.evaluation), Members: names(a.result.Members),
	})
}

// reopen opens a run that is not trained now, with its data, to add to it.
func reopen(cfg *config.Config, o Options) (*session, error) {
	p, err := build(cfg)
	if err != nil {
		return nil, err
	}
	if err := p.fits(cfg, availableMemory()); err != nil {
		return nil, err
	}
	s := &session{cfg: cfg, parts: p, Options: o.withDefaults()}
	if s.run, err = record.Open(cfg.Out); err != nil {
		return nil, err
	}
	if err = s.openSets(); err == nil {
		err = s.run.CheckSplit(s.splitEvent())
	}
	if err != nil {
		return nil, errors.Join(err, s.run.Close())
	}
	return s, nil
}

// resolve returns the paths of the files to average and of the one to write.
func (ao AverageOptions) resolve(cfg *config.Config) (members []string, out string, err error) {
	var list []record.Kept
	switch h, herr := record.ReadHistory(cfg.Out); {
	case herr != nil:
		return nil, "", herr
	case ao.Last > 0:
		list, err = h.NewestKept(ao.Last)
	case ao.Top > 0:
		list, err = h.BestKept(ao.Top, cfg.Train.KeepBest)
	}
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", cfg.Out, err)
	}
	for _, k := range list {
		members = append(members, filepath.Join(cfg.Out, filepath.FromSlash(k.File)))
	}
	for _, name := range ao.Files {
		file, err := memberFile(cfg.Out, name)
		if err != nil {
			return nil, "", err
		}
		members = append(members, file)
	}
	if len(members) < 2 {
		return nil, "", fmt.Errorf("a mean of %d files is none; allowed: two or more", len(members))
	}
	if out = ao.Out; out == "" {
		out = filepath.Join(cfg.Out, record.AverageFile)
	}
	return members, out, checkMembers(cfg.Out, members, out)
}

// memberFile returns the file that a name stands for: best, last, ema, swa, a path, or a path below the run dir.
func memberFile(dir, name string) (string, error) {
	file, err := weightsFile(dir, name)
	if err != nil || file != name {
		return file, err
	}
	inRun := filepath.Join(dir, name)
	for _, path := range []string{name, inRun} {
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("no file %s, and no %s", name, inRun)
}

// checkMembers refuses a file that is named twice, and an output that would replace what it is made of, or weights of the run's.
func checkMembers(dir string, members []string, out string) error {
	for i, a := range members {
		for _, b := range members[:i] {
			if sameFile(a, b) {
				return fmt.Errorf("%s is named twice; each file counts once", a)
			}
		}
	}
	for _, name := range []string{record.BestFile, record.LastFile, record.EMAFile, record.SWAFile, train.StateFile} {
		members = append(members, filepath.Join(dir, name))
	}
	if i := slices.IndexFunc(members, func(m string) bool { return sameFile(m, out) }); i >= 0 {
		return fmt.Errorf("the mean would replace %s: choose another file with --out", members[i])
	}
	return nil
}

func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// An averager makes one mean.
type averager struct {
	*session
	trainer    *train.Trainer
	mean       checkpoint.Mean
	result     *AverageResult
	evaluation *train.Evaluation // of the mean
}

// measureFiles measures the members, adds them up, and measures the best weights.
func (a *averager) measureFiles(ctx context.Context, members []string) error {
	for _, file := range members {
		if err := trainedWeights(file, a.parts.model); err != nil {
			return err
		}
		if err := a.mean.Add(checkpoint.Entries(a.parts.model)); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		score, _, err := a.measure(ctx, file)
		if err != nil {
			return err
		}
		a.result.Members = append(a.result.Members, score)
	}
	best := a.run.Path(record.BestFile)
	if err := trainedWeights(best, a.parts.model); err != nil {
		return err
	}
	var err error
	if a.result.Best, _, err = a.measure(ctx, best); err != nil {
		return err
	}
	if err := a.refresh(ctx); err != nil {
		return err
	}
	a.result.Refreshed, _, err = a.measure(ctx, best)
	return err
}

// refresh measures the batch norms of the model anew.
func (a *averager) refresh(ctx context.Context) error {
	a.Log.Info("measuring batch norms", "images", a.train.Len())
	return a.trainer.Refresh(ctx)
}

// finish gives the model the mean, measures its batch norms and itself, and writes it.
func (a *averager) finish(ctx context.Context, out string) (err error) {
	if err := checkpoint.Assign(a.parts.model, a.mean.Entries()); err != nil {
		return err
	}
	if err := a.refresh(ctx); err != nil {
		return err
	}
	if a.result.Average, a.evaluation, err = a.measure(ctx, out); err != nil {
		return err
	}
	return checkpoint.Save(out, a.parts.model, a.trainer.Metadata)
}

// measure validates the model, whose weights are those of a file.
func (a *averager) measure(ctx context.Context, file string) (s WeightsScore, e *train.Evaluation, err error) {
	if ctx.Err() != nil {
		return s, nil, train.ErrInterrupted
	}
	if e, err = a.trainer.Eval.Run(a.val, nil); err != nil {
		return s, nil, fmt.Errorf("measuring %s: %w", file, err)
	}
	a.Log.Info("measured", "weights", file, "mean_iou", e.Report.MeanIoU.String())
	return WeightsScore{File: a.inRun(file), MeanIoU: e.Report.MeanIoU, Loss: e.Loss}, e, nil
}

// gains compares all with the best weights.
func (a *averager) gains() {
	best := a.result.Best.MeanIoU
	for i := range a.result.Members {
		a.result.Members[i].Gain = a.result.Members[i].MeanIoU - best
	}
	a.result.Refreshed.Gain, a.result.Average.Gain = a.result.Refreshed.MeanIoU-best, a.result.Average.MeanIoU-best
}

// inRun returns a file of the run as its name there, with slashes, and any other as it is.
func (s *session) inRun(file string) string {
	if rel, err := filepath.Rel(s.run.Dir(), file); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return file
}

func names(list []WeightsScore) (files []string) {
	for _, s := range list {
		files = append(files, s.File)
	}
	return files
}

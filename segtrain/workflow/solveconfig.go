package workflow

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/solve"
	"tessera/segtrain/submission"
)

// solveFolds is into how many folds Solve parts images where nothing is said.
const solveFolds = 5

// load reads config.yaml and settles what it leaves open: the split, and how the submission looks.
func (s *solver) load() error {
	if s.loaded {
		return nil
	}
	file := s.path(solveConfig)
	base := []string{"debug=false"}
	if s.Epochs > 0 {
		base = append(base, "train.steps=0", fmt.Sprintf("train.epochs=%d", s.Epochs))
	}
	cfg, err := config.Load(file, slices.Concat(base, s.Settings)...)
	if err != nil {
		return err
	}
	s.origin = cfg
	if s.Config != "" { // of which config.yaml has all keys, also those that nobody wrote
		if s.origin, err = config.Load(s.Config, s.Settings...); err != nil {
			return err
		}
	}
	records, err := solveRecords(cfg)
	if err != nil {
		return err
	}
	parting, err := s.parting(cfg, records)
	if err != nil {
		return err
	}
	look, err := s.look(cfg)
	if err != nil {
		return err
	}
	s.settings = slices.Concat(base, parting, look, s.Settings)
	if s.cfg, err = config.Load(file, s.settings...); err != nil {
		return err
	}
	s.dataHash, s.loaded = listing(records, classNames(cfg), cfg.Data.Manifest, cfg.Data.Annotations, cfg.Data.Audit), true
	return nil
}

// solveRecords lists all images of a configuration; none where they are drawn.
func solveRecords(cfg *config.Config) (data.Manifest, error) {
	if cfg.Data.Kind == "synth" {
		return nil, nil
	}
	return allImages(cfg)
}

// listing is a hash of the names and sizes of files, with masks of all classes where each has its own.
func listing(m data.Manifest, classes []string, files ...string) string {
	for _, r := range m {
		files = append(append(files, r.Image), raster.ClassFiles(r.Mask, classes)...)
	}
	h := sha256.New()
	for _, f := range files {
		size := int64(-1)
		if info, err := os.Stat(f); f != "" && err == nil {
			size = info.Size()
		}
		fmt.Fprintf(h, "%q %d\n", f, size)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// parting returns the settings of the split: folds that are alike, and groups kept together.
func (s *solver) parting(cfg *config.Config, records data.Manifest) (list []string, err error) {
	k := s.Folds
	if c := cfg.Data.Split; c.HasFolds() || c.Kind == config.NoSplit && cfg.Data.Val.Fold != nil {
		if k > 0 && c.Kind != config.FileSplit && c.Kind != config.NoSplit {
			list = append(list, fmt.Sprintf("data.split.k=%d", k))
		}
		return list, nil // as it is written
	}
	if v := cfg.Data.Val; v.Images != "" || v.Annotations != "" {
		s.chosen = append(s.chosen, "The folder of validation images is not used: folds are made of the training images.")
		records = slices.DeleteFunc(slices.Clone(records), func(r data.Record) bool { return strings.HasPrefix(r.Image, v.Images+string(filepath.Separator)) })
	}
	groups := map[string]bool{}
	for _, r := range records {
		groups[r.Group] = true
	}
	if k == 0 {
		k = solveFolds
	}
	kind := "stratified"
	switch grouped := !groups[""] && len(groups) > 0; {
	case grouped && len(groups) > 1:
		kind = "stratified_group"
		if len(groups) < k {
			s.chosen = append(s.chosen, fmt.Sprintf("%d folds in place of %d: there are only %d groups, and a group is never split.",
				len(groups), k, len(groups)))
			k = len(groups)
		}
	case grouped:
		s.chosen = append(s.chosen, "All images are one group, so that folds are made without groups.")
	}
	s.chosen = append(s.chosen, fmt.Sprintf("Split: %s, %d folds.", kind, k))
	return []string{"data.split.kind=" + kind, fmt.Sprintf("data.split.k=%d", k), "data.val={fold: 0}"}, nil
}

// look returns the settings of the submission where the configuration says nothing of it: those of the sample's dialect, or masks
// with their colors, or of 0 and 255 where a pixel is of one class or not, or of several.
func (s *solver) look(cfg *config.Config) ([]string, error) {
	for _, key := range []string{"submit", "submit.format", "submit.rle", "submit.rle.dialect"} {
		if s.written(key) {
			return nil, nil
		}
	}
	table := strings.ToLower(filepath.Ext(s.Sample)) == ".csv"
	switch {
	case cfg.Flags() && !table:
		return []string{"submit.format=binary"}, nil
	case s.Sample == "":
		return []string{"submit.format=palette"}, nil
	case !table:
		return []string{"submit.format=png"}, nil
	}
	names, err := header(s.Sample)
	if err != nil {
		return nil, err
	}
	var fit []string
	for _, d := range submission.Dialects() {
		t := d.Table
		want := slices.DeleteFunc([]string{t.Image, t.Class, t.Runs}, func(n string) bool { return n == "" })
		slices.Sort(want)
		if slices.Equal(slices.Sorted(slices.Values(names)), want) {
			fit = append(fit, d.Name)
		}
	}
	if len(fit) != 1 {
		return nil, fmt.Errorf("the columns of %s (%s) do not tell how run-lengths are written (%d known dialects have them): say it with "+
			"--set submit.rle.dialect=…, one of %s", s.Sample, strings.Join(names, ", "), len(fit),
			strings.Join(config.Choices("submit.rle.dialect"), ", "))
	}
	s.chosen = append(s.chosen, fmt.Sprintf("Run-lengths as %s has them, by the sample's columns.", fit[0]))
	return []string{"submit.format=rle", "submit.rle.dialect=" + fit[0]}, nil
}

// written tells whether somebody wrote a key.
func (s *solver) written(key string) bool { return s.origin.Where(key) != "" }

// header returns the names of a table's columns.
func header(file string) ([]string, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	defer in.Close()
	names, err := csv.NewReader(in).Read()
	if err != nil {
		return nil, fmt.Errorf("sample %s: its first line must name the columns: %w", file, err)
	}
	for i, n := range names {
		names[i] = strings.TrimSpace(strings.TrimPrefix(n, "\ufeff"))
	}
	return names, nil
}

// about is an input of the keys of the configuration that begin with one of the prefixes.
func (s *solver) about(name string, prefixes ...string) solve.Input {
	return s.keys(name, func(key string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
	})
}

// aboutAllBut is an input of the other keys.
func (s *solver) aboutAllBut(name string, prefixes ...string) solve.Input {
	return s.keys(name, func(key string) bool {
		return !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
	})
}

// keys is an input of some keys of the configuration; where it writes and with how many threads is none.
func (s *solver) keys(name string, of func(key string) bool) solve.Input {
	var b strings.Builder
	for _, v := range s.cfg.Values() {
		if v.Key != "out" && v.Key != "threads" && of(v.Key) {
			fmt.Fprintf(&b, "%s=%s\n", v.Key, v.Value)
		}
	}
	return solve.Text(name, b.String())
}

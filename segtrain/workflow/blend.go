package workflow

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"tessera/internal/parallel"
	"tessera/nn/decoder"
	"tessera/segtrain/ensemble"
	"tessera/segtrain/metric"
	"tessera/segtrain/record"
)

// blend is cross-validations of one split, or runs that validated on the same images, whose predictions are looked at together.
type blend struct {
	opt     EnsembleOptions
	method  ensemble.Method
	members []*outOfFold
	names   []string
	hash    string // of the split
	classes []string
	ignore  int
	task    metric.Task
	limits  []float32 // of flags: from which probability a class is there
	folds   []int     // of each image

	sample *ensemble.Sample
	errors *ensemble.Errors
	stats  map[ensemble.Set]*metric.Stats // counts of each image with equal weights
	looked int                            // images, in all passes
	total  int
}

// A blended is one image: what is true and what each member predicts, at the image's own size.
type blended struct {
	truth []uint8
	p     [][]float32
}

// openBlend opens cross-validations, or single runs, and makes sure that they are of the same images, folds and classes.
func openBlend(ctx context.Context, eo EnsembleOptions, o Options) (*blend, error) {
	if err := eo.check(); err != nil {
		return nil, err
	}
	method, err := ensemble.ParseMethod(eo.Combine)
	if err != nil {
		return nil, err
	}
	b := &blend{opt: eo, method: method, names: memberNames(eo.Dirs), stats: map[ensemble.Set]*metric.Stats{}}
	for i, dir := range eo.Dirs {
		if at := slices.IndexFunc(b.members, func(m *outOfFold) bool { return filepath.Clean(m.dir) == filepath.Clean(dir) }); at >= 0 {
			return nil, fmt.Errorf("%s is there twice", dir)
		}
		m, err := openMember(ctx, dir, o)
		if err != nil {
			return nil, err
		}
		b.members = append(b.members, m)
		if err := b.checkMember(m); err != nil {
			return nil, err
		}
		if i == 0 {
			b.hash, b.classes, b.ignore = m.folder.Split, m.folder.Classes, ignored(m.cfg)
			b.task, b.limits = task(m.cfg), limits(m.cfg)
		}
	}
	if err := b.part(); err != nil {
		return nil, err
	}
	if b.task.Flags() {
		b.sample = ensemble.NewFlagSample(method, len(b.members), b.limits, len(b.folds))
	} else {
		b.sample = ensemble.NewSample(method, len(b.members), len(b.classes), len(b.folds))
	}
	b.errors = ensemble.NewErrors(len(b.members))
	return b, nil
}

// openMember opens a cross-validation or a single run.
func openMember(ctx context.Context, dir string, o Options) (*outOfFold, error) {
	if record.Is(dir) {
		return openHeldOut(ctx, dir, o)
	}
	return openOutOfFold(dir)
}

// part says which fold each image is of.
func (b *blend) part() (err error) {
	first := b.members[0]
	if first.single {
		b.folds, err = first.partHeldOut()
	} else {
		for _, image := range first.folder.Images {
			fold, ok := first.folder.Fold(image.ID)
			if !ok {
				return fmt.Errorf("%s: no fold predicts %q", first.dir, image.ID)
			}
			b.folds = append(b.folds, fold)
		}
	}
	if err != nil {
		return err
	}
	if slices.Max(b.folds) == 0 && (b.opt.Fit || b.opt.Drop) {
		return fmt.Errorf("%s: the validation images are one image or one group, so what is found on them cannot be judged by others: leave "+
			"out --fit and --drop", first.dir)
	}
	return nil
}

// checkMember compares a member with the first.
func (b *blend) checkMember(m *outOfFold) error {
	first := b.members[0]
	switch {
	case m.single != first.single:
		return fmt.Errorf("%s and %s: one is a single run and the other a cross-validation, which predicts more images; compare runs with runs", first.dir, m.dir)
	case task(m.cfg) != task(first.cfg):
		return fmt.Errorf("%s is %s, and %s %s", first.dir, first.cfg.Task, m.dir, m.cfg.Task)
	case m.folder.Split != first.folder.Split:
		return fmt.Errorf("%s is of the split %.12s…, and %s of %.12s…: members are compared on images that none of them trained on, so "+
			"they must have the same folds; train with data.split {kind: file, file: %s}", m.dir, m.folder.Split, first.dir,
			first.folder.Split, filepath.Join(first.dir, "split.csv"))
	case !slices.Equal(m.folder.Classes, first.folder.Classes):
		return fmt.Errorf("%s is of the classes %s, and %s of %s", m.dir, strings.Join(m.folder.Classes, ", "), first.dir,
			strings.Join(first.folder.Classes, ", "))
	case ignored(m.cfg) != ignored(first.cfg):
		return fmt.Errorf("%s ignores the value %d, and %s %d", m.dir, ignored(m.cfg), first.dir, ignored(first.cfg))
	case m.cfg.Flags() && !slices.Equal(limits(m.cfg), limits(first.cfg)):
		return fmt.Errorf("%s and %s have other thresholds, %v and %v: members are judged by one predict.threshold", first.dir, m.dir,
			first.cfg.Predict.Threshold, m.cfg.Predict.Threshold)
	case m.single && !slices.EqualFunc(m.folder.Images, first.folder.Images, func(a, b oofImage) bool { return a.ID == b.ID }):
		return fmt.Errorf("%s validated on other images than %s, and trained on some of those: compare runs of one fold, or cross-validations",
			m.dir, first.dir)
	case len(m.folder.Images) != len(first.folder.Images):
		return fmt.Errorf("%s predicts %d images, and %s %d", m.dir, len(m.folder.Images), first.dir, len(first.folder.Images))
	}
	for i, image := range first.folder.Images {
		if m.folder.Images[i].ID != image.ID {
			return fmt.Errorf("%s does not predict %q, which %s does", m.dir, image.ID, first.dir)
		}
	}
	return nil
}

// memberNames returns the last part of each directory's path, or the whole where that would not tell them apart.
func memberNames(dirs []string) []string {
	var names []string
	seen := map[string]int{}
	for _, dir := range dirs {
		name := filepath.Base(filepath.Clean(dir))
		names = append(names, name)
		seen[name]++
	}
	for i, name := range names {
		if seen[name] > 1 {
			names[i] = filepath.ToSlash(filepath.Clean(dirs[i]))
		}
	}
	return names
}

// image reads one image.
func (b *blend) image(index int) (x blended, err error) {
	first, err := b.members[0].judged(index)
	if err != nil {
		return x, err
	}
	x.truth, x.p = first.truth, [][]float32{first.probabilities.Pix}
	for _, m := range b.members[1:] {
		p, err := m.folder.Probabilities(first.id)
		if err != nil {
			return x, err
		}
		if p, err = m.ds.Restore(index, p); err != nil {
			return x, err
		}
		if f := first.probabilities; p.H != f.H || p.W != f.W {
			return x, fmt.Errorf("%s: in %s the image is %d×%d, and in %s %d×%d", first.id, b.members[0].dir, f.H, f.W, m.dir, p.H, p.W)
		}
		x.p = append(x.p, p.Pix)
	}
	return x, nil
}

// pass calls of for every image, several at a time, and use for each result, in order.
func pass[T any](ctx context.Context, b *blend, of func(image int, x blended) T, use func(image int, x blended, r T)) error {
	group := parallel.Workers()
	images, results, errs := make([]blended, group), make([]T, group), make([]error, group)
	b.total += len(b.folds)
	for first := 0; first < len(b.folds); first += group {
		n := min(group, len(b.folds)-first)
		parallel.For(n, func(i, _ int) {
			if images[i], errs[i] = b.image(first + i); errs[i] == nil {
				results[i] = of(first+i, images[i])
			}
		})
		for i := range n {
			if errs[i] != nil {
				return errs[i]
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			use(first+i, images[i], results[i])
			images[i] = blended{}
			if b.looked++; b.opt.Progress != nil {
				b.opt.Progress(b.looked, max(b.total, 2*len(b.folds)))
			}
		}
	}
	return nil
}

// choose returns the classes that weights choose, or the flags.
func (b *blend) choose(weights []float64, x blended) []uint8 {
	c, out := ensemble.Combiner{Method: b.method, Flags: b.task.Flags(), Weights: weights}, make([]float32, len(x.p[0]))
	c.Combine(len(b.classes), x.p, out)
	chosen := make([]uint8, len(x.truth))
	if b.task.Flags() {
		metric.Threshold(b.limits, out, chosen)
	} else {
		decoder.Argmax(len(b.classes), out, chosen)
	}
	return chosen
}

// look samples pixels and counts each member's errors, and what members are worth with equal weights: alone, all together, and
// without each.
func (b *blend) look(ctx context.Context) error {
	n := len(b.members)
	whole := ensemble.Whole(n)
	var sets []ensemble.Set
	for m := range n {
		sets = append(sets, 1<<m)
	}
	for _, s := range whole.Smaller() {
		if !slices.Contains(sets, s) {
			sets = append(sets, s)
		}
	}
	type seen struct {
		drawn  ensemble.Drawn
		errors *ensemble.Errors
		chosen [][]uint8
	}
	b.begin(sets)
	return pass(ctx, b, func(_ int, x blended) seen {
		s := seen{b.sample.Draw(x.truth, b.ignore, x.p), ensemble.NewErrors(n), b.chooseSets(sets, x)}
		s.errors.Add(x.truth, b.ignore, s.chosen[:n])
		return s
	}, func(image int, x blended, s seen) {
		b.sample.Append(s.drawn, b.folds[image])
		b.errors.Merge(s.errors)
		b.add(sets, x, s.chosen)
	})
}

// score counts sets that were not counted yet.
func (b *blend) score(ctx context.Context, wanted []ensemble.Set) error {
	var sets []ensemble.Set
	for _, s := range wanted {
		if b.stats[s] == nil && !slices.Contains(sets, s) {
			sets = append(sets, s)
		}
	}
	if len(sets) == 0 {
		return nil
	}
	b.begin(sets)
	return pass(ctx, b, func(_ int, x blended) [][]uint8 { return b.chooseSets(sets, x) },
		func(_ int, x blended, chosen [][]uint8) { b.add(sets, x, chosen) })
}

func (b *blend) begin(sets []ensemble.Set) {
	for _, s := range sets {
		b.stats[s] = metric.NewStats(b.task, len(b.classes), b.ignore)
	}
}

func (b *blend) chooseSets(sets []ensemble.Set, x blended) [][]uint8 {
	chosen := make([][]uint8, len(sets))
	for i, s := range sets {
		chosen[i] = b.choose(s.Weights(len(b.members)), x)
	}
	return chosen
}

func (b *blend) add(sets []ensemble.Set, x blended, chosen [][]uint8) {
	for i, s := range sets {
		b.stats[s].Add(x.truth, chosen[i])
	}
}

func (b *blend) counts(s ensemble.Set) *metric.Stats { return b.stats[s] }

// imagesWithout returns the indices of the images that are not of a fold.
func (b *blend) imagesWithout(fold int) (list []int) {
	for i, f := range b.folds {
		if f != fold {
			list = append(list, i)
		}
	}
	return list
}

// imagesOf returns the indices of a fold's images.
func (b *blend) imagesOf(fold int) (list []int) {
	for i, f := range b.folds {
		if f == fold {
			list = append(list, i)
		}
	}
	return list
}

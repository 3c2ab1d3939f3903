package workflow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"tessera/segtrain/ensemble"
	"tessera/segtrain/metric"
)

// EnsembleOptions say what Blend does.
type EnsembleOptions struct {
	Dirs    []string  // finished cross-validations of one split, or runs that validated on the same images
	Combine string    // mean, logits, gmean; empty is mean
	Weights []float64 // of the directories; empty: all alike
	Fit     bool      // find the weights
	Drop    bool      // leave out members that do not help beyond noise
	Out     string    // file of the ensemble, with a page beside it; empty writes none

	Progress func(done, total int) // called for every image that was looked at; may be nil
}

// A Blended is what cross-validations are worth together, at the images' own sizes, out of fold.
type Blended struct {
	Split       string           `json:"split"`
	HeldOut     bool             `json:"held_out"` // the members are single runs: images are those that they validated on
	Classes     []string         `json:"classes"`
	Images      int              `json:"images"`
	Combine     ensemble.Method  `json:"combine"`
	Members     []BlendedMember  `json:"members"`
	Correlation [][]metric.Score `json:"correlation"` // of errors, pixel by pixel
	Equal       metric.Score     `json:"equal"`       // mean IoU with equal weights for all
	Naive       *BlendedScore    `json:"naive"`       // of the weights: measured on the images that they were found on; nil if they are equal
	Nested      *BlendedScore    `json:"nested"`      // found on all folds but one and measured on that; nil if nothing was found
	Folds       []BlendedFold    `json:"folds,omitempty"`
	Report      metric.Report    `json:"report"` // of the weights
	Notes       []string         `json:"notes"`
	Out         string           `json:"out,omitempty"`
	Page        string           `json:"page,omitempty"`
}

// A BlendedMember is one of the cross-validations or runs.
type BlendedMember struct {
	Name    string               `json:"name"`
	Dir     string               `json:"dir"`
	Size    [2]int               `json:"size"`
	Weight  float64              `json:"weight"`
	MeanIoU metric.Score         `json:"mean_iou"` // alone
	Gain    *ensemble.Difference `json:"gain"`     // of all members with equal weights over all but this; nil if it is the only one
	Dropped bool                 `json:"dropped"`
}

// A BlendedScore is a mean IoU, and how far it is from that of equal weights.
type BlendedScore struct {
	MeanIoU metric.Score        `json:"mean_iou"`
	Gain    ensemble.Difference `json:"gain"`
}

// A BlendedFold is the weights that were found without a fold.
type BlendedFold struct {
	Fold    int          `json:"fold"`
	Images  int          `json:"images"`
	Weights []float64    `json:"weights"`
	MeanIoU metric.Score `json:"mean_iou"` // on the fold
}

// Blend combines the out-of-fold predictions of cross-validations, or what single runs say of the images that all of them validated on,
// and says what each is worth to the others. Weights, with
// Fit and Drop, are found once on all images and once without each fold, so that what finding them is worth shows on images
// that they were not found on (Nested).
//
// It goes through all images two times and, with Drop, once more for every member that goes. Memory: for each thread the
// probabilities of all members for an image at its own size, and 32 MB of sampled pixels.
//
// Errors: directories that are neither finished cross-validations nor finished runs, of other splits, classes or image sizes.
func Blend(ctx context.Context, eo EnsembleOptions, o Options) (*Blended, error) {
	o = o.withDefaults()
	b, err := openBlend(ctx, eo, o)
	if err != nil {
		return nil, err
	}
	o.Log.Info("blending", "members", len(b.members), "images", len(b.folds), "split", b.hash[:min(12, len(b.hash))])
	if err := b.look(ctx); err != nil {
		return nil, err
	}
	weighings, err := b.weighings(ctx)
	if err != nil {
		return nil, err
	}
	r, err := b.judge(ctx, weighings)
	if err != nil {
		return nil, err
	}
	r.Notes = r.notes()
	if eo.Out != "" {
		err = b.write(r)
	}
	return r, err
}

// A weighing is weights that were found without a fold.
type weighing struct {
	fold    int // ensemble.All: on all images
	set     ensemble.Set
	weights []float64
	done    bool
}

// weighings finds weights on all images and, if that is more than a choice, without each fold.
func (b *blend) weighings(ctx context.Context) ([]*weighing, error) {
	whole := ensemble.Whole(len(b.members))
	weighings := []*weighing{{fold: ensemble.All, set: whole}}
	if b.opt.Fit || b.opt.Drop {
		for fold := range slices.Max(b.folds) + 1 {
			weighings = append(weighings, &weighing{fold: fold, set: whole})
		}
	}
	if b.opt.Drop {
		if err := b.drop(ctx, weighings); err != nil {
			return nil, err
		}
	}
	for _, p := range weighings {
		switch {
		case b.opt.Fit:
			p.weights = b.sample.Fit(p.set, p.fold)
		case len(b.opt.Weights) > 0:
			p.weights = b.opt.Weights
		default:
			p.weights = p.set.Weights(len(b.members))
		}
	}
	return weighings, nil
}

// drop takes members out of the weighings, one a round, as long as there is one that does not help.
func (b *blend) drop(ctx context.Context, weighings []*weighing) error {
	for {
		var wanted []ensemble.Set
		for _, p := range weighings {
			if !p.done {
				wanted = append(wanted, p.set.Smaller()...)
			}
		}
		if len(wanted) == 0 {
			return nil
		}
		if err := b.score(ctx, wanted); err != nil {
			return err
		}
		for _, p := range weighings {
			if p.done {
				continue
			}
			m, ok := ensemble.Worst(ensemble.Gains(p.set, b.imagesWithout(p.fold), b.counts))
			if !ok {
				p.done = true
				continue
			}
			p.set = p.set.Without(m)
		}
	}
}

// judge measures the weights of the weighings: those of all images on all, the others each on the fold they were found without.
func (b *blend) judge(ctx context.Context, weighings []*weighing) (*Blended, error) {
	all, classes := b.imagesWithout(ensemble.All), len(b.classes)
	naive, nested := metric.NewStats(b.task, classes, b.ignore), metric.NewStats(b.task, classes, b.ignore)
	confusion := metric.NewConfusion(classes) // of classes that exclude each other
	err := pass(ctx, b, func(image int, x blended) (list [2][]uint8) {
		list[0] = b.choose(weighings[0].weights, x)
		if len(weighings) > 1 {
			list[1] = b.choose(weighings[1+b.folds[image]].weights, x)
		}
		return list
	}, func(_ int, x blended, list [2][]uint8) {
		naive.Add(x.truth, list[0])
		if !b.task.Flags() {
			confusion.Add(x.truth, list[0], b.ignore)
		}
		if list[1] != nil {
			nested.Add(x.truth, list[1])
		}
	})
	if err != nil {
		return nil, err
	}
	whole := ensemble.Whole(len(b.members))
	equal := b.counts(whole)
	r := &Blended{Split: b.hash, HeldOut: b.members[0].single, Classes: b.classes, Images: len(all), Combine: b.method, Correlation: b.errors.Matrix(),
		Equal: ensemble.MeanIoU(equal, all), Report: naive.Report(b.classes)}
	if !b.task.Flags() {
		r.Report = confusion.Report(b.classes)
	}
	r.Members = b.describe(weighings[0], all)
	if !slices.Equal(weighings[0].weights, whole.Weights(len(b.members))) || len(weighings) > 1 {
		r.Naive = &BlendedScore{ensemble.MeanIoU(naive, all), ensemble.Compare(naive, equal, all)}
	}
	if len(weighings) > 1 {
		r.Nested = &BlendedScore{ensemble.MeanIoU(nested, all), ensemble.Compare(nested, equal, all)}
	}
	for _, p := range weighings[1:] {
		images := b.imagesOf(p.fold)
		r.Folds = append(r.Folds, BlendedFold{p.fold, len(images), p.weights, ensemble.MeanIoU(nested, images)})
	}
	return r, nil
}

// describe says what each member is worth.
func (b *blend) describe(p *weighing, all []int) []BlendedMember {
	gains := ensemble.Gains(ensemble.Whole(len(b.members)), all, b.counts)
	var list []BlendedMember
	for i, m := range b.members {
		x := BlendedMember{Name: b.names[i], Dir: m.dir, Size: m.folder.Size, Weight: p.weights[i],
			MeanIoU: ensemble.MeanIoU(b.counts(1<<i), all), Dropped: !p.set.Has(i)}
		if len(gains) > 0 {
			x.Gain = &gains[i].Difference
		}
		list = append(list, x)
	}
	return list
}

// notes says what the numbers come to.
func (r *Blended) notes() (notes []string) {
	if r.Nested != nil {
		optimism := float64(r.Naive.MeanIoU - r.Nested.MeanIoU)
		notes = append(notes, fmt.Sprintf("Trust the nested number, %.4f: the naive one is %.4f higher, since its weights were chosen on the "+
			"images that it is measured on.", r.Nested.MeanIoU, optimism))
		if !r.Nested.Gain.Clear() {
			notes = append(notes, "The weights that were found are not better than equal ones beyond the noise of the images.")
		}
	}
	best := math.Inf(-1)
	for _, m := range r.Members {
		best = max(best, float64(m.MeanIoU))
		if m.Gain != nil && !m.Gain.Clear() && !m.Dropped && m.Weight > 0 {
			notes = append(notes, fmt.Sprintf("%s does not help the others beyond the noise of the images; --drop leaves out what does not.", m.Name))
		}
	}
	if len(r.Members) > 1 && best >= float64(r.Equal) {
		notes = append(notes, "With equal weights all members together are not better than the best of them alone.")
	}
	return notes
}

// write writes the file of the ensemble and its page.
func (b *blend) write(r *Blended) error {
	f := ensemble.File{Combine: b.method, Classes: b.classes, Split: b.hash}
	for i, m := range r.Members {
		if m.Weight > 0 {
			member := ensemble.FileMember{Dir: b.members[i].dir, Weight: m.Weight}
			if of := b.members[i].folder.Of; of != "" {
				member.Files = []string{of}
			}
			f.Members = append(f.Members, member)
		}
	}
	if err := ensemble.WriteFile(b.opt.Out, f); err != nil {
		return err
	}
	r.Out = b.opt.Out
	r.Page = b.opt.Out[:len(b.opt.Out)-len(filepath.Ext(b.opt.Out))] + ".html"
	return r.writePage()
}

func (eo EnsembleOptions) check() error {
	if len(eo.Dirs) == 0 {
		return errors.New("no cross-validations")
	}
	if len(eo.Dirs) > ensemble.MaxMembers {
		return fmt.Errorf("%d members; allowed: up to %d", len(eo.Dirs), ensemble.MaxMembers)
	}
	if len(eo.Weights) == 0 {
		return nil
	}
	if eo.Fit || eo.Drop {
		return errors.New("weights are given, so there are none to find: leave out --weights, or --fit and --drop")
	}
	return ensemble.CheckWeights(eo.Weights, len(eo.Dirs))
}

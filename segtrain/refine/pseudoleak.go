package refine

import (
	"cmp"
	"fmt"
	"slices"
)

// A PseudoTrace is what one member of an ensemble knows of labelled images.
type PseudoTrace struct {
	Fold              int
	Train, Validation []PseudoImage

	// The pseudo-labels that it trained with: their manifest and the name of the set; nil for none.
	Labels *PseudoManifest
	Set    string
}

// TracePseudo returns what the members have seen, sorted by ID, earlier rounds included: who trained with labels of a model has seen
// what the model saw, and the images that it labelled.
func TracePseudo(members []PseudoTrace) []PseudoSeen {
	t := tracer{index: map[PseudoImage]int{}}
	for _, m := range members {
		t.trained(m.Fold, m.Train)
		for _, x := range m.Validation {
			s := t.of(x)
			s.Validated = append(s.Validated, m.Fold)
		}
		if m.Labels == nil {
			continue
		}
		t.trained(m.Fold, m.Labels.Unlabelled)
		if set, ok := m.Labels.Set(m.Set); ok {
			t.trained(m.Fold, m.Labels.saw(set))
		}
	}
	slices.SortFunc(t.seen, func(a, b PseudoSeen) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Sum, b.Sum))
	})
	return t.seen
}

// tracer gathers what is known of each image.
type tracer struct {
	seen  []PseudoSeen
	index map[PseudoImage]int
}

func (t *tracer) of(x PseudoImage) *PseudoSeen {
	i, ok := t.index[x]
	if !ok {
		i = len(t.seen)
		t.index[x] = i
		t.seen = append(t.seen, PseudoSeen{PseudoImage: x})
	}
	return &t.seen[i]
}

func (t *tracer) trained(fold int, images []PseudoImage) {
	for _, x := range images {
		if s := t.of(x); !slices.Contains(s.Trained, fold) {
			s.Trained = append(s.Trained, fold)
		}
	}
}

// saw returns the images that a member of the set has seen in training.
func (m *PseudoManifest) saw(set PseudoSet) []PseudoImage {
	var list []PseudoImage
	for _, s := range m.Seen {
		if slices.ContainsFunc(s.Trained, func(fold int) bool { return slices.Contains(set.Members, fold) }) {
			list = append(list, s.PseudoImage)
		}
	}
	return list
}

// Unbiased returns the members that have seen none of the images that validate in a fold: those that may label for it. Without
// repeats this is the fold's own model.
func Unbiased(seen []PseudoSeen, folds, fold int) []int {
	biased, validates := make([]bool, folds), map[string]bool{}
	for _, s := range seen {
		if slices.Contains(s.Validated, fold) {
			validates[s.ID] = true
		}
	}
	for _, s := range seen {
		if validates[s.ID] { // a file of an earlier round may have changed
			for _, f := range s.Trained {
				biased[f] = true
			}
		}
	}
	var list []int
	for f, b := range biased {
		if !b {
			list = append(list, f)
		}
	}
	return list
}

// A PseudoRun is what a run that wants to train with pseudo-labels is measured on. IDs are those of its split.
type PseudoRun struct {
	Split      string // hash
	Fold       int    // that validates
	Task       string // as PseudoManifest has it
	Classes    []string
	Train, Val []PseudoImage
}

// Choose returns the set that a run may train with. That is the set of its fold if the labels were made for the run's split, and
// AllFolds if not. No model that made the labels may have seen an image that the run validates on, in this round or an
// earlier one, or the score would be too good; nor may the run have true labels of an image that they label.
//
// Images of another split are the same if their IDs or their files are. Within one split IDs alone count: two copies of
// one picture that a split parts are the split's own leak.
func (m *PseudoManifest) Choose(run PseudoRun) (PseudoSet, error) {
	if m.Task != run.Task {
		return PseudoSet{}, fmt.Errorf("pseudo-labels: they are of the task %s, and the run's is %s", cmp.Or(m.Task, "multiclass"),
			cmp.Or(run.Task, "multiclass"))
	}
	if !slices.Equal(m.Classes, run.Classes) {
		return PseudoSet{}, fmt.Errorf("pseudo-labels: they are of the classes %q, and the run has %q", m.Classes, run.Classes)
	}
	same := m.Split == run.Split
	name := AllFolds
	if same {
		name = FoldSet(run.Fold)
	}
	set, ok := m.Set(name)
	if !ok {
		return set, fmt.Errorf("pseudo-labels: there is no set %s", name)
	}
	if n, id := common(run.Val, m.saw(set), !same); n > 0 {
		why := ""
		if !same {
			why = fmt.Sprintf("; the labels are for the split %.12s…, and the run has %.12s…, so no set but %s could be its own",
				m.Split, run.Split, AllFolds)
		}
		return set, fmt.Errorf("pseudo-labels: the models that made set %s have seen %d of the %d images that this run validates on, "+
			"such as %q, so its score would be too good%s. Train a fold of the split that the labels are for, or validate on images "+
			"that none of the models saw", name, n, len(run.Val), id, why)
	}
	for _, side := range []struct {
		what   string
		images []PseudoImage
	}{{"validates on", run.Val}, {"has true labels of", run.Train}} {
		if n, id := common(side.images, m.Unlabelled, true); n > 0 {
			return set, fmt.Errorf("pseudo-labels: the run %s %d of the images that they label, such as %q", side.what, n, id)
		}
	}
	return set, nil
}

// common counts the images that are also among others, by ID or, if files count, by file, and names the first.
func common(images, others []PseudoImage, files bool) (n int, first string) {
	ids, sums := map[string]bool{}, map[string]bool{}
	for _, x := range others {
		ids[x.ID], sums[x.Sum] = true, true
	}
	for _, x := range images {
		if !ids[x.ID] && !(files && sums[x.Sum]) {
			continue
		}
		if n++; n == 1 {
			first = x.ID
		}
	}
	return n, first
}

// CheckUnlabelled returns an error if an image that is to be labelled has a label already, by its ID or by its file, or comes twice.
func CheckUnlabelled(images, labelled []PseudoImage) error {
	ids, sums := map[string]string{}, map[string]string{}
	for _, x := range labelled {
		ids[x.ID], sums[x.Sum] = x.ID, x.ID
	}
	for _, x := range images {
		if other, ok := sums[x.Sum]; ok {
			return fmt.Errorf("pseudo-labels: %q is the image %q, which is among the labelled ones: leave it out", x.ID, other)
		}
		if _, ok := ids[x.ID]; ok {
			return fmt.Errorf("pseudo-labels: a labelled image is called %q, too: leave it out, or, if it is another picture, "+
				"name the folder above instead, so that the folder becomes a part of its name", x.ID)
		}
	}
	twice := map[string]bool{}
	for _, x := range images {
		if twice[x.ID] {
			return fmt.Errorf("pseudo-labels: two images are called %q: name the folder above instead", x.ID)
		}
		twice[x.ID] = true
	}
	return nil
}

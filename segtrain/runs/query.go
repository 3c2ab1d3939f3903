package runs

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tessera/segtrain/config"
	"tessera/segtrain/record"
)

// Find returns the run that a word means: its name, its directory, or the beginning of its id, of four digits at least.
func (ix *Index) Find(word string) (Run, error) {
	clean := filepath.ToSlash(filepath.Clean(word))
	var near []Run
	for _, r := range ix.Runs {
		if r.Name == clean || filepath.ToSlash(filepath.Clean(ix.Dir(r))) == clean || sameFolder(ix.Dir(r), word) {
			return r, nil
		}
		if len(word) >= 4 && strings.HasPrefix(r.ID, word) {
			near = append(near, r)
		}
	}
	switch len(near) {
	case 1:
		return near[0], nil
	case 0:
		return Run{}, fmt.Errorf("no run %q below %s: give a name, a directory or the beginning of an id; segtrain runs list shows them",
			word, ix.Root)
	}
	return Run{}, fmt.Errorf("%q is the beginning of %d ids, of %s and %s", word, len(near), near[0].Name, near[1].Name)
}

func sameFolder(a, b string) bool {
	if filepath.Base(a) != filepath.Base(b) {
		return false
	}
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// Value returns what a run says of a key: name, id, state, parent, tag, fold, seed, hashes, a metric, or a key of the
// configuration. number tells whether it is to be compared as one.
func (r *Run) Value(key string) (text string, number float64, isNumber, ok bool) {
	if v, ok := r.Metrics[key]; ok {
		return strconv.FormatFloat(v, 'g', -1, 64), v, true, true
	}
	switch key {
	case "name":
		text = r.Name
	case "id":
		text = r.ID
	case "state":
		text = r.State
	case "tag", "tags":
		text = strings.Join(r.Tags, " ")
	case "parent":
		if r.Parent != nil {
			text = r.Parent.Name
		}
	case "started":
		text = r.Started.Format(time.RFC3339)
	case "seed":
		text = r.Seed()
	case "fold":
		text = r.Fold()
	case "host":
		text = r.Host
	case "step", "epoch", "best_epoch", "seconds":
		number := map[string]float64{"step": float64(r.Step), "epoch": float64(r.Epoch), "best_epoch": float64(r.BestEpoch),
			"seconds": r.Seconds}[key]
		return strconv.FormatFloat(number, 'f', -1, 64), number, true, true
	case "config_hash":
		text = r.Config
	case "data_hash":
		text = r.Data
	case "split_hash":
		text = r.Split.Hash
	case "parts_hash":
		text = r.Parts
	case "code":
		text = r.Code
	default:
		if text, ok = r.Setting(key); !ok {
			return "", 0, false, false
		}
	}
	number, err := strconv.ParseFloat(text, 64)
	return text, number, err == nil, true
}

// known returns an error if no run can have a value of key.
func (ix *Index) known(key string) error {
	metrics := map[string]bool{"mean_iou": true, "mean_dice": true, "pixel_accuracy": true, "val_loss": true, "train_loss": true}
	for _, r := range ix.Runs {
		if _, _, _, ok := r.Value(key); ok || metrics[key] {
			return nil
		}
		for m := range r.Metrics {
			metrics[m] = true
		}
	}
	if len(ix.Runs) == 0 || slices.Contains(config.Keys(), key) {
		return nil
	}
	return fmt.Errorf("no run has %q; there are name, id, state, parent, tag, started, step, epoch, best_epoch, seconds, seed, fold, "+
		"host, the hashes, keys of the configuration, and %s", key, strings.Join(slices.Sorted(maps.Keys(metrics)), ", "))
}

var condition = regexp.MustCompile(`^([^=!<>~]+)(!=|<=|>=|=|<|>|~)(.*)$`)

// Filter keeps the runs for which all conditions hold: key=value, key!=value, key<value, key>=value, and key~word for a part of
// a text. A run without the key fulfils none but !=.
func (ix *Index) Filter(conditions ...string) error {
	for _, text := range conditions {
		m := condition.FindStringSubmatch(text)
		if m == nil {
			return fmt.Errorf("%q is no condition; allowed: key=value, or !=, <, <=, >, >=, ~ in place of =", text)
		}
		key, op, want := strings.TrimSpace(m[1]), m[2], strings.TrimSpace(m[3])
		if err := ix.known(key); err != nil {
			return err
		}
		if _, err := strconv.ParseFloat(want, 64); err != nil && strings.ContainsAny(op, "<>") {
			return fmt.Errorf("%q compares with %q, which is no number", text, want)
		}
		ix.Runs = slices.DeleteFunc(ix.Runs, func(r Run) bool { return !r.holds(key, op, want) })
	}
	return nil
}

func (r *Run) holds(key, op, want string) bool {
	text, x, isNumber, ok := r.Value(key)
	if !ok {
		return op == "!="
	}
	y, err := strconv.ParseFloat(want, 64)
	equal := text == want || isNumber && err == nil && x == y
	if key == "tag" {
		equal = slices.Contains(r.Tags, want)
	}
	switch op {
	case "=":
		return equal
	case "!=":
		return !equal
	case "~":
		return strings.Contains(text, want)
	case "<":
		return isNumber && x < y
	case "<=":
		return isNumber && x <= y
	case ">":
		return isNumber && x > y
	}
	return isNumber && x >= y
}

// LowerIsBetter tells whether a metric is a loss.
func LowerIsBetter(metric string) bool {
	return strings.HasSuffix(metric, "loss") || metric == "seconds"
}

// Sort orders the runs by a key: metrics with the best first, everything else upward; turned orders the other way round. Runs
// without the key come last.
func (ix *Index) Sort(key string, turned bool) error {
	if err := ix.known(key); err != nil {
		return err
	}
	slices.SortStableFunc(ix.Runs, func(a, b Run) int {
		x, u, isX, okX := a.Value(key)
		y, v, isY, okY := b.Value(key)
		if !okX || !okY {
			return cmp.Compare(rank(okX), rank(okY))
		}
		_, metric := a.Metrics[key]
		order := cmp.Compare(x, y)
		if isX && isY {
			order = cmp.Compare(u, v)
		}
		if turned != (metric && !LowerIsBetter(key)) {
			return -order
		}
		return order
	})
	return nil
}

func rank(has bool) int {
	if has {
		return 0
	}
	return 1
}

// Best returns the run with the best value of a metric, the first of equals.
func (ix *Index) Best(metric string) (Run, error) {
	if err := ix.known(metric); err != nil {
		return Run{}, err
	}
	best, top := -1, math.Inf(-1)
	for i, r := range ix.Runs {
		v, ok := r.Metrics[metric]
		if LowerIsBetter(metric) {
			v = -v
		}
		if ok && v > top {
			best, top = i, v
		}
	}
	if best < 0 {
		return Run{}, fmt.Errorf("none of %d runs below %s has %s", len(ix.Runs), ix.Root, metric)
	}
	return ix.Runs[best], nil
}

// A Node is a run and those that were made from it.
type Node struct {
	Run
	Children []*Node `json:"children,omitempty"`
}

// Tree returns the runs below their parents, or below who made the labels they trained with, by ids. A run whose parent is not here is a root.
func (ix *Index) Tree() []*Node {
	nodes := map[string]*Node{}
	for _, r := range ix.Runs {
		if nodes[r.ID] == nil {
			nodes[r.ID] = &Node{Run: r}
		}
	}
	var roots []*Node
	for _, r := range ix.Runs {
		n := nodes[r.ID]
		if n.Name != r.Name { // a copy of a run that is here already
			n = &Node{Run: r}
		}
		if p := nodes[r.madeFrom()]; p != nil && p.ID != r.ID {
			p.Children = append(p.Children, n)
			continue
		}
		roots = append(roots, n)
	}
	return roots
}

// madeFrom returns the id of a run's parent; without one, that of the first of the runs that made the labels it trained with.
func (r *Run) madeFrom() string {
	switch {
	case r.Parent != nil:
		return r.Parent.ID
	case r.Pseudo != nil && len(r.Pseudo.Makers) > 0:
		return r.Pseudo.Makers[0].ID
	}
	return ""
}

// Remove takes a run away: into the folder .trash of the root, or for good. A run that a process writes stays.
func (ix *Index) Remove(r Run, forGood bool) (to string, err error) {
	dir := ix.Dir(r)
	held, err := record.Open(dir)
	if errors.Is(err, record.ErrBusy) {
		return "", err
	}
	if err == nil {
		defer held.Close()
	}
	if forGood {
		return "", os.RemoveAll(dir)
	}
	to = free(filepath.Join(ix.Root, ".trash", filepath.FromSlash(r.Name)), r.ID)
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return "", err
	}
	return to, os.Rename(dir, to)
}

// free returns a path that does not exist: the one wanted, or that with the id and a number added.
func free(path, id string) string {
	for i, want := 0, path; ; i++ {
		if _, err := os.Lstat(path); err != nil {
			return path
		}
		if path = want + "-" + id; i > 0 {
			path = fmt.Sprintf("%s-%s-%d", want, id, i)
		}
	}
}

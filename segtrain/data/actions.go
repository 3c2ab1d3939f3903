package data

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

// What an Action does about the label of a training image.
const (
	Drop    = "drop"    // leaves the image out
	Weight  = "weight"  // shows it less often: an epoch draws it with this probability
	Relabel = "relabel" // takes another mask
	Ignore  = "ignore"  // makes a box, or the pixels of a file, count as nothing
)

// actionKinds are all of them, as messages list them.
var actionKinds = []string{Drop, Weight, Relabel, Ignore}

// LeastWeight is the smallest weight of an action.
const LeastWeight = 0.01

// An Action is one line of a list of actions.
type Action struct {
	ID     string  `yaml:"id"`
	Action string  `yaml:"action"`
	Weight float64 `yaml:"weight"` // of weight: LeastWeight to 1
	Mask   string  `yaml:"mask"`   // of relabel: a file, coded as the others are
	Box    []int   `yaml:"box"`    // of ignore: x0, y0, x1, y1 in pixels; x1 and y1 are the first outside
	Pixels string  `yaml:"pixels"` // of ignore, without box: a mask of the image's size, not 0 where nothing counts
	Note   string  `yaml:"note"`   // for readers
}

// Actions are a list from a file.
type Actions struct {
	File   string
	SHA256 string // of the file
	List   []Action
}

// actionColumns are the columns of a CSV file that are looked at.
var actionColumns = []string{"id", "action", "weight", "mask", "box", "pixels", "note"}

// ReadActions reads a list of actions: a YAML list, or a CSV file whose first line names the columns id, action, and any of
// weight, mask, box (four numbers with spaces between them), pixels and note. Other columns are for readers, and a line without
// an action asks for none. Paths are relative to the file's folder.
//
// Mistakes are reported together, each with its line or its place in the list.
func ReadActions(file string) (*Actions, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("actions: %w", err)
	}
	sum := sha256.Sum256(text)
	a := &Actions{File: file, SHA256: hex.EncodeToString(sum[:])}
	var places []string
	var mistakes []error
	if strings.EqualFold(filepath.Ext(file), ".csv") {
		a.List, places, mistakes, err = actionsOfCSV(string(text))
	} else {
		a.List, places, err = actionsOfYAML(text)
	}
	if err != nil {
		return nil, fmt.Errorf("actions %s: %w", file, err)
	}
	for i := range a.List {
		for _, err := range a.List[i].check(filepath.Dir(file)) {
			mistakes = append(mistakes, fmt.Errorf("%s: %w", places[i], err))
		}
	}
	mistakes = append(mistakes, contradictions(a.List, places)...)
	if len(mistakes) > 0 {
		return nil, fmt.Errorf("actions %s: %w", file, firstErrors(mistakes))
	}
	return a, nil
}

// actionsOfYAML returns the entries of a list and where they are.
func actionsOfYAML(text []byte) (list []Action, places []string, err error) {
	err = yaml.UnmarshalWithOptions(text, &list, yaml.Strict())
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, fmt.Errorf("wants a list of {id: …, action: …}: %w", err)
	}
	for i := range list {
		places = append(places, fmt.Sprintf("entry %d", i+1))
	}
	return list, places, nil
}

// actionsOfCSV returns the lines that have an action, where they are, and what is wrong with cells.
func actionsOfCSV(text string) (list []Action, places []string, mistakes []error, err error) {
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	header, err := r.Read()
	if err != nil {
		return nil, nil, nil, fmt.Errorf("the first line must name the columns: %s", strings.Join(actionColumns, ", "))
	}
	column := map[string]int{}
	for i, name := range header {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	for _, name := range actionColumns[:2] {
		if _, ok := column[name]; !ok {
			return nil, nil, nil, fmt.Errorf("line 1: needs a column %q; looked at are: %s", name, strings.Join(actionColumns, ", "))
		}
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list, places, mistakes, nil
		} else if err != nil {
			return nil, nil, nil, err
		}
		line, _ := r.FieldPos(0)
		cell := func(name string) string {
			if i, ok := column[name]; ok {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		if cell("action") == "" {
			continue
		}
		a, err := actionOf(cell)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("line %d: %w", line, err))
			continue
		}
		list, places = append(list, a), append(places, fmt.Sprintf("line %d", line))
	}
}

// actionOf reads the cells of a line.
func actionOf(cell func(string) string) (a Action, err error) {
	a = Action{ID: cell("id"), Action: cell("action"), Mask: cell("mask"), Pixels: cell("pixels"), Note: cell("note")}
	if text := cell("weight"); text != "" {
		if a.Weight, err = strconv.ParseFloat(text, 64); err != nil {
			return a, fmt.Errorf("weight %q is no number", text)
		}
	}
	for _, text := range strings.Fields(cell("box")) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return a, fmt.Errorf("box %q: wants four whole numbers with spaces between them", cell("box"))
		}
		a.Box = append(a.Box, n)
	}
	return a, nil
}

// check says what is wrong with an action by itself, and makes its paths those below dir.
func (a *Action) check(dir string) (mistakes []error) {
	say := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	if a.ID == "" {
		say("an action without an id")
	}
	if !slices.Contains(actionKinds, a.Action) {
		say("no action %q; there are: %s", a.Action, strings.Join(actionKinds, ", "))
		return mistakes
	}
	for _, v := range []struct {
		name, of string
		given    bool
	}{
		{"weight", Weight, a.Weight != 0}, {"mask", Relabel, a.Mask != ""}, {"box", Ignore, a.Box != nil}, {"pixels", Ignore, a.Pixels != ""},
	} {
		if v.given && v.of != a.Action {
			say("%s is for %s, not for %s", v.name, v.of, a.Action)
		}
	}
	switch {
	case a.Action == Weight && !(a.Weight >= LeastWeight && a.Weight <= 1):
		say("weight %v; allowed: %v to 1", a.Weight, LeastWeight)
	case a.Action == Relabel && a.Mask == "":
		say("relabel wants a mask")
	case a.Action == Ignore && (a.Box == nil) == (a.Pixels == ""):
		say("ignore wants a box, or a file of pixels")
	case a.Box != nil && (len(a.Box) != 4 || a.Box[0] < 0 || a.Box[1] < 0 || a.Box[0] >= a.Box[2] || a.Box[1] >= a.Box[3]):
		say("box %v; wants x0, y0, x1, y1 with 0 ≤ x0 < x1 and 0 ≤ y0 < y1", a.Box)
	}
	for _, path := range []*string{&a.Mask, &a.Pixels} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(dir, filepath.FromSlash(*path))
		}
	}
	return mistakes
}

// contradictions says which images have actions that exclude each other.
func contradictions(list []Action, places []string) (mistakes []error) {
	seen := map[[2]string]string{}
	any := map[string]string{}
	for i, a := range list {
		key := [2]string{a.ID, a.Action}
		if at, twice := seen[key]; twice && a.Action != Ignore {
			mistakes = append(mistakes, fmt.Errorf("%s: %s of %q stands in %s already", places[i], a.Action, a.ID, at))
		}
		at, other := any[a.ID]
		_, dropped := seen[[2]string{a.ID, Drop}]
		if other && a.Action != Drop && dropped || other && a.Action == Drop && !dropped {
			mistakes = append(mistakes, fmt.Errorf("%s: %q is to be dropped and something else (%s)", places[i], a.ID, at))
		}
		seen[key], any[a.ID] = places[i], places[i]
	}
	return mistakes
}

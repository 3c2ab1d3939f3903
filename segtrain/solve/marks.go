// Package solve keeps track of a long piece of work that is done in stages.
//
// A stage that is done leaves a mark: what it rested on, how long it took, and what it came to. The mark is written last, so that
// the same work, begun again after a kill, goes on with the first stage that has none. A stage whose inputs have changed since is
// not taken for done and not silently done again either: that is for the caller to ask for. Fit finds a size of training that fits
// a time. Package workflow knows what the stages do.
package solve

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tessera/segtrain/raster"
	"tessera/segtrain/record"
)

// MarksFile holds the marks in the directory of the work, and OldFolder what was made before a stage was done again.
const (
	MarksFile = "solve.json"
	OldFolder = "old"
)

// Format is the version of the marks.
const Format = 1

// The states of a stage.
const (
	Begun  = "begun"  // under way, interrupted or killed
	Failed = "failed" // ended in an error
	Done   = "done"
)

// An Input is something that a stage rests on, under a name for the reader: a value, or the hash of something long.
type Input struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A Mark says how far a stage is.
type Mark struct {
	Stage    string          `json:"stage"`
	State    string          `json:"state"`
	Hash     string          `json:"hash"` // of the inputs
	Inputs   []Input         `json:"inputs"`
	Begun    time.Time       `json:"begun"`
	Seconds  float64         `json:"seconds"` // of all attempts that ended, a killed one not counted
	Attempts int             `json:"attempts"`
	Error    string          `json:"error,omitempty"`
	Outputs  []string        `json:"outputs,omitempty"` // that it made
	Result   json.RawMessage `json:"result,omitempty"`
}

// Marks are those of all stages, in the order in which they were first begun.
type Marks struct {
	Format int     `json:"format"`
	Stages []*Mark `json:"stages"`

	dir string
}

// ReadMarks reads the marks of a directory; there are none where nothing was begun.
func ReadMarks(dir string) (*Marks, error) {
	m := &Marks{Format: Format, dir: dir}
	file := filepath.Join(dir, MarksFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading what is done: %w", err)
	}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, fmt.Errorf("reading what is done: %s: %w", file, err)
	}
	if m.Format != Format {
		return nil, fmt.Errorf("%s has format %d, and this program writes %d: choose another directory", file, m.Format, Format)
	}
	return m, nil
}

// Of returns the mark of a stage, nil where it was never begun.
func (m *Marks) Of(stage string) *Mark {
	for _, x := range m.Stages {
		if x.Stage == stage {
			return x
		}
	}
	return nil
}

// put replaces or adds a mark and writes all.
func (m *Marks) put(x *Mark) error {
	if old := m.Of(x.Stage); old != nil {
		*old = *x
	} else {
		m.Stages = append(m.Stages, x)
	}
	text, err := record.JSON(m)
	if err == nil {
		err = raster.WriteFile(filepath.Join(m.dir, MarksFile), func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("marking stage %s as %s: %w", x.Stage, x.State, err)
	}
	return nil
}

// Text returns an input that is a hash of a text.
func Text(name, text string) Input {
	sum := sha256.Sum256([]byte(text))
	return Input{name, hex.EncodeToString(sum[:])}
}

// Files returns an input that is a hash of files' names and contents, in the order given.
func Files(name string, files ...string) (Input, error) {
	h := sha256.New()
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return Input{}, fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(h, "%q ", filepath.Base(file))
		n, err := io.Copy(h, f)
		f.Close()
		if err != nil {
			return Input{}, fmt.Errorf("%s: %s: %w", name, file, err)
		}
		fmt.Fprintln(h, n)
	}
	return Input{name, hex.EncodeToString(h.Sum(nil))}, nil
}

// hashOf returns the hash of inputs.
func hashOf(inputs []Input) string {
	h := sha256.New()
	for _, x := range inputs {
		fmt.Fprintf(h, "%q=%q\n", x.Name, x.Value)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// changed names the inputs that differ.
func changed(then, now []Input) (names []string) {
	old := map[string]string{}
	for _, x := range then {
		old[x.Name] = x.Value
	}
	for _, x := range now {
		if v, ok := old[x.Name]; !ok || v != x.Value {
			names = append(names, x.Name)
		}
		delete(old, x.Name)
	}
	for _, x := range then {
		if _, ok := old[x.Name]; ok {
			names = append(names, x.Name)
		}
	}
	return names
}

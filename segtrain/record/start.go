package record

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
	"runtime/debug"
	"strings"
)

// Format is the version of the run directories that this program writes. It reads those of lower versions; 0 are those
// of before versions were written.
const Format = 1

// Start is an event of kind "start", and env.json: where a run began, what it is, and what it comes from.
type Start struct {
	Format int `json:"format"`
	Env
	Experiment
	Origin
}

// An Experiment is what a run's result depends on, as SHA-256 in hexadecimal. Runs with equal hashes are the same
// experiment; with equal code they end in the same weights.
type Experiment struct {
	Config string `json:"config_hash,omitempty"` // settings that results depend on, without paths
	Data   string `json:"data_hash,omitempty"`   // samples: see data.Manifest.Fingerprint
	Parts  string `json:"parts_hash,omitempty"`  // which of them train and which validate: see data.PartsHash
	Start  string `json:"start_hash,omitempty"`  // the weights it started from; empty for fresh ones
	Labels string `json:"pseudo_hash,omitempty"` // images and masks of labels of models; empty for none
	Code   string `json:"code,omitempty"`        // revision:… or, built from another tree than a commit's, sha256:… of the program
}

// Same tells whether two runs are the same experiment, whatever the code. What has no hash is like nothing else.
func (e Experiment) Same(other Experiment) bool {
	a, b := e, other
	a.Code, b.Code = "", ""
	return e.Config != "" && a == b
}

// An Origin is why there is a run.
type Origin struct {
	Parent  *Link    `json:"parent,omitempty"`  // the run it was made from
	Changes []string `json:"changes,omitempty"` // what differs from it: key: old → new
	Reason  string   `json:"reason,omitempty"`  // for more than one change

	Pseudo *PseudoLabels `json:"pseudo,omitempty"` // the labels of models that it trained with; nil for none
}

// PseudoLabels are labels that other runs made. What these had seen is in PseudoFile.
type PseudoLabels struct {
	Manifest string `json:"manifest"` // SHA-256 of its file
	Source   string `json:"source"`   // what the folder was called
	Set      string `json:"set"`
	Round    int    `json:"round"`
	Images   int    `json:"images"`
	Makers   []Link `json:"makers"`
}

// String says it in a line.
func (p PseudoLabels) String() string {
	var names []string
	for _, m := range p.Makers {
		names = append(names, m.Name+" "+m.ID)
	}
	return fmt.Sprintf("%d images, set %s of %s, round %d, by %s", p.Images, p.Set, p.Source, p.Round, strings.Join(names, ", "))
}

// UnmarshalJSON reads a start, also one that calls the hash of the parts that of the split, which was before a run told them apart.
func (s *Start) UnmarshalJSON(text []byte) error {
	type plain Start // without this method
	var before struct {
		Parts string `json:"split_hash"`
	}
	if err := errors.Join(json.Unmarshal(text, (*plain)(s)), json.Unmarshal(text, &before)); err != nil {
		return err
	}
	if s.Parts == "" {
		s.Parts = before.Parts
	}
	return nil
}

// A Link names a run: its id for good, and what its directory was called then.
type Link struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// CodeHash identifies the program that runs: the commit it was built from, or the SHA-256 of its file if it was built from
// none or from a tree with changes. Empty if the file cannot be read.
func CodeHash() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		var e Env
		revision := ""
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = s.Value
			}
		}
		if e.build(info); revision != "" && !e.Modified {
			return "revision:" + revision
		}
	}
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return ""
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// ReadStart returns how the run in dir began, from env.json. A run without one began in an unknown way, and one of a newer
// format is an error.
func ReadStart(dir string) (s Start, err error) {
	path := filepath.Join(dir, EnvFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("reading a run: %w", err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("reading a run: %s: %w", path, err)
	}
	return s, s.Check(dir)
}

// Check returns an error if the run in dir was written by a newer program than this one.
func (s Start) Check(dir string) error {
	if s.Format > Format {
		return fmt.Errorf("%s is a run of format %d, and this program reads up to %d: use the segtrain that wrote it (%s), or a newer one",
			dir, s.Format, Format, s.Version)
	}
	return nil
}

// ID returns the id of the run in dir: the SHA-256 of the first line of its log, twelve digits of it. The line never changes,
// so a run keeps its id when it is moved or copied; it has the time in nanoseconds, so two runs have two ids.
func ID(dir string) (string, error) {
	for e, err := range Events(dir) {
		if err != nil {
			return "", err
		}
		return EventID(e), nil
	}
	return "", fmt.Errorf("%s has an empty log", dir)
}

// EventID returns the id of the run whose first event e is.
func EventID(e Event) string {
	sum := sha256.Sum256(e.Line)
	return hex.EncodeToString(sum[:6])
}

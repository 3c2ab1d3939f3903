package refine

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"tessera/segtrain/raster"
)

// PseudoFile is the name of a PseudoManifest in its folder.
const PseudoFile = "manifest.json"

// PseudoFormat is the version of the folders that this program writes, and the highest that it reads.
// The second has soft labels, the third classes that do not exclude each other.
const PseudoFormat = 3

// AllFolds is the name of the set that all models made together.
const AllFolds = "all"

// A PseudoManifest is where pseudo-labels come from: which images, by which models, and what these had seen. It lies beside the
// sets, one for each fold of the split and one of all models:
//
//	manifest.json         this
//	fold0/manifest.csv    the images of the set: see PseudoRecord
//	fold0/masks/ID.png    class indices, PseudoIgnore where there is no label
//	fold0/second/ID.png   of soft labels the second class of each pixel, and PseudoIgnore
//	fold0/share/ID.png    of soft labels the share of the first, in 255ths: see PseudoLabel.Soft
//	all/…
//
// Where classes do not exclude each other, masks are 0, 1 and PseudoIgnore; of a multilabel task a file a class:
//
//	fold0/masks/CLASS/ID.png        the class is there, or not
//	fold0/probability/CLASS/ID.png  of soft labels the probability that it is, in 255ths
type PseudoManifest struct {
	Format  int            `json:"format"`
	Round   int            `json:"round"`             // 1, or one more than that of the labels that the models trained with
	Parents []PseudoParent `json:"parents,omitempty"` // these labels
	Source  string         `json:"source"`            // the cross-validation's directory, as it was called
	Split   string         `json:"split"`             // its hash
	Folds   int            `json:"folds"`             // of all repeats
	Task    string         `json:"task,omitempty"`    // what a pixel can be: see package metric; empty is multiclass
	Classes []string       `json:"classes"`
	Rule    PseudoRule     `json:"rule"`
	Soft    bool           `json:"soft,omitempty"` // pixels have two labels, for those who want them
	Members []PseudoMember `json:"members"`
	Sets    []PseudoSet    `json:"sets"`

	Images     string        `json:"images_hash"` // of Unlabelled: see HashImages
	Unlabelled []PseudoImage `json:"unlabelled"`  // all that were predicted, in order
	Seen       []PseudoSeen  `json:"seen"`        // what the members trained on and validated, sorted by ID
}

// A PseudoParent is the manifest of the labels that members trained with.
type PseudoParent struct {
	Round  int    `json:"round"`
	SHA256 string `json:"sha256"` // of its file
	Source string `json:"source"`
	Set    string `json:"set"`
}

// A PseudoMember is one model.
type PseudoMember struct {
	Fold    int    `json:"fold"`
	Run     string `json:"run"`  // id
	Name    string `json:"name"` // of the run's directory
	Weights string `json:"weights"`
	Labels  string `json:"labels,omitempty"` // SHA-256 of the manifest of the pseudo-labels that it trained with
}

// A PseudoImage is an image by its name and by what is in its file (see data.Manifest.ImageSums).
type PseudoImage struct {
	ID  string `json:"id"`
	Sum string `json:"sum"`
}

// PseudoSeen is an image and the members, by folds, that know it. To train on labels that a model made is to have seen all that
// the model had seen.
type PseudoSeen struct {
	PseudoImage
	Trained   []int `json:"trained"`
	Validated []int `json:"validated,omitempty"`
}

// A PseudoSet is labels made by the same members.
type PseudoSet struct {
	Name    string        `json:"name"`    // of its folder: fold0, …, or AllFolds
	Members []int         `json:"members"` // folds
	SHA256  string        `json:"sha256"`  // of its table
	Kept    int           `json:"kept"`    // images
	Dropped []string      `json:"dropped"` // IDs of those that are not
	Classes []PseudoClass `json:"classes"`
	TopTwo  float64       `json:"top_two"` // mean over labelled pixels of the probability of their two most probable classes
}

// A PseudoClass is a PseudoCount over all images, the dropped ones included, but Kept counts those alone that are kept.
type PseudoClass struct {
	Name       string  `json:"name"`
	Pixels     int64   `json:"pixels"`
	Kept       int64   `json:"kept"`
	Confidence float64 `json:"confidence"` // mean over Pixels; 0 for none
	Without    int64   `json:"without,omitempty"`
	Clear      int64   `json:"clear,omitempty"` // as Kept
}

// FoldSet is the name of the set of a fold.
func FoldSet(fold int) string { return fmt.Sprintf("fold%d", fold) }

// HashImages returns the SHA-256 of images, whatever their order.
func HashImages(images []PseudoImage) string {
	sorted := slices.SortedFunc(slices.Values(images), func(a, b PseudoImage) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Sum, b.Sum))
	})
	h := sha256.New()
	for _, x := range sorted {
		fmt.Fprintf(h, "%q %s\n", x.ID, x.Sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Set returns the set of a name.
func (m *PseudoManifest) Set(name string) (PseudoSet, bool) {
	i := slices.IndexFunc(m.Sets, func(s PseudoSet) bool { return s.Name == name })
	if i < 0 {
		return PseudoSet{}, false
	}
	return m.Sets[i], true
}

// Encode returns the file's text.
func (m *PseudoManifest) Encode() ([]byte, error) {
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, fmt.Errorf("pseudo-labels: %w", err)
	}
	return append(text, '\n'), nil
}

// Write writes the manifest to a folder, which says that all of its sets are complete.
func (m *PseudoManifest) Write(dir string) error {
	text, err := m.Encode()
	if err != nil {
		return err
	}
	err = raster.WriteFile(filepath.Join(dir, PseudoFile), func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return fmt.Errorf("pseudo-labels: %w", err)
	}
	return nil
}

// ReadPseudo reads a manifest, of a path or of the folder that it lies in, and the SHA-256 of its file.
func ReadPseudo(path string) (m *PseudoManifest, sum string, err error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, PseudoFile)
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("pseudo-labels: no %s: make them with segtrain pseudo", path)
	}
	if err != nil {
		return nil, "", fmt.Errorf("pseudo-labels: %w", err)
	}
	m, err = DecodePseudo(text)
	if err != nil {
		return nil, "", fmt.Errorf("pseudo-labels: %s: %w", path, err)
	}
	return m, hashOf(text), nil
}

// DecodePseudo reads the text of a manifest. One of a newer format, and one that says nothing of its models, is an error.
func DecodePseudo(text []byte) (*PseudoManifest, error) {
	m := &PseudoManifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, err
	}
	switch {
	case m.Format > PseudoFormat:
		return nil, fmt.Errorf("is of format %d, and this program reads up to %d", m.Format, PseudoFormat)
	case m.Format < 1 || len(m.Members) == 0 || len(m.Sets) == 0 || len(m.Seen) == 0:
		return nil, errors.New("is no manifest of pseudo-labels: it does not say what its models have seen")
	}
	return m, nil
}

func hashOf(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

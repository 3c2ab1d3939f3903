package config

// Split sets how samples are parted into folds, of which data.val.fold picks one.
type Split struct {
	Kind    string `yaml:"kind"`
	K       int    `yaml:"k"`
	Seed    uint64 `yaml:"seed"`
	Repeats int    `yaml:"repeats"`
	By      string `yaml:"by"`
	File    string `yaml:"file"`
}

// Kinds of split that are not a way to part.
const (
	NoSplit   = "none"
	FileSplit = "file"
)

// HasFolds tells whether there are folds for data.val.fold to pick from.
func (s Split) HasFolds() bool {
	return s.Kind != NoSplit && s.Kind != "holdout" && s.Kind != "stratified_holdout"
}

// Folds returns the number of folds of all repeats, or 0 where only the file knows it.
func (s Split) Folds() int {
	if s.Kind == FileSplit {
		return 0
	}
	return s.K * s.Repeats
}

// firstFold picks the first of the folds where nothing was written on validation.
func (c *Config) firstFold() {
	_, written := c.places["data.val"]
	for _, key := range []string{"images", "masks", "fraction", "fold"} {
		_, ok := c.places["data.val."+key]
		written = written || ok
	}
	if !written && c.Data.Split.HasFolds() {
		c.Data.Val = Val{Fold: new(int)}
	}
}

// split: what parts into folds wants one of them picked; a file goes with its kind.
func (k *checker) split() {
	s, v := k.config.Data.Split, k.config.Data.Val
	kind := []string{"data.split.kind", "data.val"}
	switch {
	case s.HasFolds() && v.Fold == nil:
		k.say(kind, "%s needs data.val.fold: the fold that validates", s.Kind)
	case s.Kind != NoSplit && !s.HasFolds() && v.Fraction == 0:
		k.say(kind, "%s needs data.val.fraction: the part that validates", s.Kind)
	case v.Fold != nil && s.Folds() > 0 && s.HasFolds() && *v.Fold >= s.Folds():
		k.say([]string{"data.val.fold", "data.split"}, "%d is out of range; allowed: 0 to %d, the folds of data.split",
			*v.Fold, s.Folds()-1)
	}
	switch {
	case s.Kind == FileSplit && s.File == "":
		k.say([]string{"data.split.file", "data.split.kind"}, "missing; data.split.kind file needs it")
	case s.Kind != FileSplit && s.File != "":
		k.say([]string{"data.split.file", "data.split.kind"}, "is for data.split.kind file, but that is %s", s.Kind)
	}
	if s.By == "label" && k.config.Data.Kind != "csv" && s.Kind != NoSplit {
		k.say([]string{"data.split.by", "data.kind"}, "label is for data.kind csv, but data.kind is %s", k.config.Data.Kind)
	}
}

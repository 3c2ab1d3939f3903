package config

import (
	"fmt"
	"slices"
	"strings"
)

// Submit says what a submission looks like.
type Submit struct {
	Format    string    `yaml:"format"`
	RLE       SubmitRLE `yaml:"rle"`
	Classes   []string  `yaml:"classes"` // that are written; empty: all but the background
	Values    []int     `yaml:"values"`  // of each class in a PNG; empty: its index
	Size      *[2]int   `yaml:"size"`    // H, W; nil: each picture's own
	Resize    string    `yaml:"resize"`
	Extension string    `yaml:"extension"`
}

// SubmitRLE says how a table of run-lengths is written: as RLE says how one is read, and what only a writer has to know. What
// is nil is as the dialect has it: see Config.Settings.
type SubmitRLE struct {
	Dialect     string  `yaml:"dialect"`
	ImageColumn *string `yaml:"image_column"`
	ClassColumn *string `yaml:"class_column"`
	RLEColumn   *string `yaml:"rle_column"`
	Joint       *string `yaml:"joint"`
	Order       *string `yaml:"order"`
	Base        *int    `yaml:"base"`
	Empty       *string `yaml:"empty"`
	ClassBy     *string `yaml:"class_by"`
	Components  *int    `yaml:"components"`
	EmptyRows   *bool   `yaml:"empty_rows"`
}

// submit: the classes that are written are some, and regions have neighbours.
func (k *checker) submit() {
	s, d := k.config.Submit, k.config.Data
	for i, name := range s.Classes {
		key := fmt.Sprintf("submit.classes.%d", i)
		if len(d.Classes) > 0 && !slices.Contains(d.Classes, name) {
			k.say([]string{key, "data.classes"}, "no class %q; there are: %s", name, strings.Join(d.Classes, ", "))
		}
		if slices.Index(s.Classes, name) < i {
			k.say([]string{key}, "%q is named twice", name)
		}
	}
	if c := s.RLE.Components; c != nil && !slices.Contains([]int{0, 4, 8}, *c) {
		k.say([]string{"submit.rle.components"}, "%d is out of range; allowed: 0, 4, 8", *c)
	}
}

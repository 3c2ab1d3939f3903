package config

import (
	"maps"
	"slices"
	"strings"
)

// What a pixel can be.
const (
	Multiclass = "multiclass"
	Binary     = "binary"
	Multilabel = "multilabel"
)

// Predict says how probabilities become masks.
type Predict struct {
	Threshold Numbers `yaml:"threshold"` // one number, or one a class
	Gate      Numbers `yaml:"gate"`      // none, one number, or one a class
	Post      []Part  `yaml:"post"`
	PostSplit string  `yaml:"post_split"` // hash of the split that post was fitted on; empty: unknown

	TTA       Views   `yaml:"tta"`
	Merge     string  `yaml:"merge"`
	Tile      *[2]int `yaml:"tile"` // H, W; nil: pictures whole, at data.size
	Overlap   float64 `yaml:"overlap"`
	Blend     string  `yaml:"blend"`
	TileScale float64 `yaml:"tile_scale"`
}

// Flags tells whether labels are 0 and 1 for each class apart: whether the task is binary or multilabel.
func (c *Config) Flags() bool { return c.Task == Binary || c.Task == Multilabel }

// classField stands for the name of a class where its masks are files of their own.
const classField = "{class}"

// task: classes, masks, ignored value and thresholds fit what a pixel can be.
func (k *checker) task() {
	c, d := k.config, k.config.Data
	field := strings.Contains(d.Masks+d.Pattern+d.Val.Masks, classField)
	if one := d.Mask.Code == "channels" || d.Mask.Code == "bits"; one && c.Task != Multilabel {
		k.say([]string{"data.mask.code", "task"}, "%s is for task multilabel, but task is %s", d.Mask.Code, c.Task)
	}
	if field && c.Task != Multilabel {
		k.say([]string{"data.masks", "task"}, "%s, a file a class, is for task multilabel, but task is %s", classField, c.Task)
	}
	if n := len(c.Predict.Threshold); n == 0 || n > 1 && n != len(d.Classes) {
		k.say([]string{"predict.threshold", "data.classes"}, "%d values for %d classes; allowed: one, or one a class",
			n, len(d.Classes))
	}
	k.gate()
	if !c.Flags() {
		return
	}
	if c.Task == Binary && d.Kind == "synth" && (len(d.Classes) == 0 || len(d.Mask.Map) == 0) {
		k.say([]string{"task", "data.kind", "data.classes", "data.mask.map"},
			"binary wants data.classes to name one class of the procedural set, and data.mask.map to make 0 and 1 of its values")
	}
	if n := len(d.Classes); c.Task == Binary && n > 1 {
		k.say([]string{"data.classes", "task"},
			"wants one class where task is binary, not %d: the name of what is there; the background is none", n)
	} else if n > maxClasses {
		k.say([]string{"data.classes"}, "wants 1 to %d classes, not %d", maxClasses, n)
	}
	if i := d.Ignore; i != nil && *i >= 0 && *i < 2 {
		k.say([]string{"data.ignore", "task"}, "%d means that a class is %s; allowed where task is %s: 2 to 255, or null",
			*i, []string{"not there", "there"}[*i], c.Task)
	}
	if c.Task == Multilabel {
		k.flags(field)
	}
}

// gate: there is a head that says which classes a picture shows, and one number or one a class.
func (k *checker) gate() {
	c := k.config
	switch n := len(c.Predict.Gate); {
	case n > 0 && c.Model.Aux.Weight == 0:
		k.say([]string{"predict.gate", "model.aux.weight"}, "is for models with a classification head, which model.aux.weight gives them")
	case n > 1 && n != len(c.Data.Classes):
		k.say([]string{"predict.gate", "data.classes"}, "%d values for %d classes; allowed: one, or one a class", n, len(c.Data.Classes))
	}
}

// flags: masks hold several classes a pixel.
func (k *checker) flags(field bool) {
	d, m := k.config.Data, k.config.Data.Mask
	one := m.Code == "channels" || m.Code == "bits"
	switch keys := []string{"data.mask.code", "task", "data.kind"}; {
	case m.Code == "palette":
		k.say(keys, "palette has one class a pixel; allowed where task is multilabel: channels, bits, "+
			"and with %s in data.masks or data.pattern index, binary", classField)
	case one && field:
		k.say(keys, "%s means one file for all classes, but data.masks or data.pattern has %s; allowed then: index, binary",
			m.Code, classField)
	case !one && !field && d.Kind == "folders":
		k.say(keys, "%s means a file a class where task is multilabel, so data.masks or data.pattern needs %s; "+
			"allowed without: channels, bits", m.Code, classField)
	case d.Kind == "synth":
		k.say([]string{"task", "data.kind"}, "multilabel is for data.kind folders, csv: in the procedural set no classes overlap")
	}
	if n := len(d.Classes); m.Code == "bits" && n > 16 {
		k.say([]string{"data.mask.code", "data.classes"}, "bits means at most 16 classes, but there are %d", n)
	}
	if n := len(m.Colors); n > 0 && len(d.Classes) > 0 && n != len(d.Classes) {
		k.say([]string{"data.mask.colors", "data.classes"}, "%d colors for %d classes", n, len(d.Classes))
	}
	if len(m.Map) > 0 && m.Code != "index" {
		k.say([]string{"data.mask.map", "data.mask.code"}, "is for data.mask.code index, but that is %s", m.Code)
	}
	for _, value := range slices.Sorted(maps.Keys(m.Map)) {
		if class := m.Map[value]; class > 1 && (d.Ignore == nil || class != *d.Ignore) {
			k.say([]string{"data.mask.map", "data.ignore"}, "%d is neither 0 nor 1 nor data.ignore, which a file a class has", class)
		}
	}
}

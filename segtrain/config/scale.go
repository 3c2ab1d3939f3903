package config

import (
	"fmt"
	"reflect"
	"strings"
)

// Scale is a light experiment: a run that is smaller than the one it stands for, so that more of them can be tried. Load
// and Parse put its values in the place of those they stand for, and set Applied.
type Scale struct {
	Use            bool    `yaml:"use"`
	Fraction       float64 `yaml:"fraction"` // of the samples; 0, too, is all
	Size           *[2]int `yaml:"size"`
	Fold           *int    `yaml:"fold"`
	Encoder        string  `yaml:"encoder"`
	EncoderWeights *string `yaml:"encoder_weights"`
	Epochs         int     `yaml:"epochs"`
	Applied        bool    `yaml:"applied"`
}

// Light tells whether this is the configuration of a light experiment: its numbers are not those of a full run.
func (c *Config) Light() bool { return c.Scale.Applied }

// PendingScale tells whether there is a scale that stands in the configuration and was not applied: one that was set in
// code, after Load.
func (c *Config) PendingScale() bool {
	return c.Scale.Use && !c.Scale.Applied && len(c.Scale.changes()) > 0
}

// Lightness says what makes an experiment light, as "fraction 0.25, epochs 2"; "" for a full one.
func (c *Config) Lightness() string {
	if !c.Light() {
		return ""
	}
	var list []string
	for _, name := range c.Scale.changes() {
		list = append(list, name+" "+flow(c.at(below("scale", name))))
	}
	return strings.Join(list, ", ")
}

// stands tells which key each key of scale stands for.
var stands = []struct{ name, key string }{
	{"fraction", ""},
	{"size", "data.size"},
	{"fold", "data.val"},
	{"encoder", "model.encoder"},
	{"encoder_weights", "model.encoder_weights"},
	{"epochs", "train.epochs"},
}

// changes lists the keys of scale that change something.
func (s Scale) changes() []string {
	var names []string
	for _, x := range stands {
		switch v := fieldOf(reflect.ValueOf(s), x.name); {
		case v.IsZero(), x.name == "fraction" && v.Float() == 1:
		default:
			names = append(names, x.name)
		}
	}
	return names
}

// rescaled returns the configuration with its scale applied, and reports what the values of scale make wrong.
func (c *Config) rescaled() (*Config, error) {
	if !c.PendingScale() {
		return c, nil
	}
	for _, x := range stands {
		if at, ok := c.places[below("scale", x.name)]; ok && x.key != "" {
			c.places[x.key] = at // so that a mistake is shown where its value was written
		}
	}
	s := c.Scale
	if s.Size != nil {
		c.Data.Size = *s.Size
	}
	if s.Fold != nil {
		c.Data.Val.Fold = s.Fold
		c.Data.Val.keep("fold")
	}
	if s.Encoder != "" {
		c.Model.Encoder = s.Encoder
	}
	if s.EncoderWeights != nil {
		c.Model.EncoderWeights = *s.EncoderWeights
	}
	if s.Epochs > 0 {
		c.Train.Epochs, c.Train.Steps = s.Epochs, 0
	}
	c.Scale.Applied = true
	k := checker{config: c}
	k.all()
	for i := range k.mistakes {
		k.mistakes[i].What += fmt.Sprintf(" (as scale makes it: %s)", c.Lightness())
	}
	if err := k.mistakes.sorted(); err != nil {
		return nil, err
	}
	return c, nil
}

// scale: what it stands for is not set on the command line beside it, and it is left out before it was applied.
func (k *checker) scale() {
	s := k.config.Scale
	if s.Applied {
		if !s.Use {
			k.say([]string{"scale.use", "scale.applied"}, "this is the record of a light run, whose full values it does not "+
				"hold; allowed: the configuration that the run was made from")
		}
		return
	}
	if !s.Use {
		return
	}
	for _, x := range stands {
		at := placeOf(k.config.places, x.key)
		if x.key != "" && strings.HasPrefix(at.file, "--set") && !fieldOf(reflect.ValueOf(s), x.name).IsZero() {
			k.say([]string{x.key}, "scale.%s takes its place; set that, or scale.use=false", x.name)
		}
	}
	if s.Encoder != "" && s.EncoderWeights == nil && strings.ContainsAny(k.config.Model.EncoderWeights, "./\\") {
		k.say([]string{"scale.encoder", "scale.encoder_weights"}, "model.encoder_weights is a file for %s; give "+
			"scale.encoder_weights too", k.config.Model.Encoder)
	}
}

// Where returns where a key was written, as file:line, and "" if it was not.
func (c *Config) Where(key string) string {
	switch at, ok := c.places[key]; {
	case !ok:
		return ""
	case at.line > 0:
		return fmt.Sprintf("%s:%d", at.file, at.line)
	default:
		return at.file
	}
}

package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// neutral are the keys on which no result depends.
var neutral = []string{"threads", "out", "data.workers", "data.cache_mb", "model.mirror", "train.snapshot_minutes",
	"train.tensorboard", "train.keep_last", "train.keep_best", "train.keep_cycles", "debug", "emulate", "scale.use",
	"scale.applied", "predict.post_split"}

// whole are keys that make one condition together: they exclude each other, or say the same thing in several words.
var whole = [][]string{
	{"data", "data.kind", "data.images", "data.masks", "data.pattern", "data.manifest"},
	{"data.val", "data.val.images", "data.val.masks", "data.val.fraction", "data.val.fold"},
}

// Repeated are the conditions that a repetition of an experiment may change: with another seed or another fold, it is the same
// thing measured again.
var Repeated = []string{"train.seed", "data.val"}

// A Setting is a dotted key and its value as it would be written.
type Setting struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Values returns every key that the configuration uses, in the order of a written file. The settings of parts are keys of their
// own: loss.dice.weight.
func (c *Config) Values() []Setting {
	var list []Setting
	for _, k := range keys {
		if k.section() || c.unused(k.name) {
			continue
		}
		value := c.text(k.name)
		switch parts := c.at(k.name).Interface().(type) {
		case Part:
			list = append(list, Setting{k.name, quote(parts.Name)})
			list = append(list, partSettings(k.name, parts)...)
			continue
		case []Part:
			list = append(list, Setting{k.name, "[" + partNames(parts) + "]"})
			for i, p := range parts {
				key := below(k.name, p.Name)
				if find(parts, p.Name) != i { // the second of a name
					key = below(k.name, fmt.Sprint(i))
				}
				list = append(list, partSettings(strings.TrimSuffix(key, "."+p.Name), p)...)
			}
			continue
		}
		list = append(list, Setting{k.name, value})
	}
	return list
}

func partSettings(key string, p Part) (list []Setting) {
	for _, name := range slices.Sorted(maps.Keys(p.Settings)) {
		list = append(list, Setting{below(below(key, p.Name), name), flowAny(p.Settings[name])})
	}
	return list
}

// A Change is a condition that differs between two configurations. From or To is empty where one does not have it.
type Change struct {
	Key  string `json:"key"`
	From string `json:"from"`
	To   string `json:"to"`
}

// String returns key: from → to.
func (c Change) String() string {
	from, to := c.From, c.To
	if from == "" {
		from = "unset"
	}
	if to == "" {
		to = "unset"
	}
	return fmt.Sprintf("%s: %s → %s", c.Key, from, to)
}

// Conditions returns what results depend on: Values without the neutral keys, and with keys that make one condition as one.
func (c *Config) Conditions() []Setting {
	var list []Setting
	for _, s := range c.Values() {
		if slices.Contains(neutral, s.Key) || within(s.Key, "submit") {
			continue
		}
		i := slices.IndexFunc(whole, func(group []string) bool { return slices.Contains(group[1:], s.Key) })
		if i < 0 {
			list = append(list, s)
			continue
		}
		at := slices.IndexFunc(list, func(x Setting) bool { return x.Key == whole[i][0] })
		if at < 0 {
			at = len(list)
			list = append(list, Setting{Key: whole[i][0]})
		}
		if s.Value != `""` && s.Value != "null" && s.Value != "0" {
			_, name := cutLast(s.Key)
			list[at].Value = strings.TrimSpace(list[at].Value + " " + name + "=" + s.Value)
		}
	}
	return list
}

// Diff returns the conditions that differ from c in other, in the order of a written file. What belongs to a choice, such as a
// loss or an optimizer, and is there with one of two choices only, is part of the choice.
func (c *Config) Diff(other *Config) []Change {
	return diff(c.Conditions(), other.Conditions())
}

// DiffValues is Diff for every key, those too on which no result depends.
func (c *Config) DiffValues(other *Config) []Change {
	return diff(c.Values(), other.Values())
}

func diff(before, after []Setting) []Change {
	a, b := table(before), table(after)
	var list []Change
	add := func(key string) {
		from, had := a[key]
		to, has := b[key]
		if from == to && had == has {
			return
		}
		if had != has && slices.ContainsFunc(list, func(x Change) bool { return owns(x.Key, key) }) {
			return
		}
		list = append(list, Change{key, from, to})
	}
	for _, s := range after {
		add(s.Key)
	}
	for _, s := range before {
		if _, has := b[s.Key]; !has {
			add(s.Key)
		}
	}
	return list
}

// owns tells whether a key is a setting of what another key chooses: loss.dice.weight of loss, optim.momentum of optim.name.
func owns(choice, key string) bool {
	section, name := cutLast(choice)
	if name != "name" {
		section = choice
	}
	return section != "" && strings.HasPrefix(key, section+".")
}

func table(list []Setting) map[string]string {
	m := make(map[string]string, len(list))
	for _, s := range list {
		m[s.Key] = s.Value
	}
	return m
}

// Hash returns the SHA-256 of the conditions that are not at their defaults, without what paths are called: the same experiment
// has the same hash on another machine, and when keys are added to this program.
func (c *Config) Hash() string {
	base := Default()
	usual := table(base.Conditions())
	h := sha256.New()
	for _, s := range c.Conditions() {
		if value, ok := usual[s.Key]; ok && value == s.Value || s.Key == "data" {
			continue
		}
		if c.isPath(s.Key) {
			s.Value = "a path"
		}
		fmt.Fprintf(h, "%s: %s\n", s.Key, s.Value)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// isPath tells whether a condition is where something lies, which is compared by its content and not by its name.
func (c *Config) isPath(key string) bool {
	switch key {
	case "data.val":
		return c.Data.Val.Images != ""
	case "model.encoder_weights":
		return !slices.Contains(Choices(key), c.Model.EncoderWeights)
	}
	return key == "model.weights" || key == "pseudo.manifest" || key == "data.audit"
}

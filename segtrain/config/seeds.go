package config

import (
	"fmt"
	"reflect"
	"strings"
)

// seedKey may be a list: then the configuration means a run for each of them, and Train.Seed is the first.
const seedKey = "train.seed"

// seeds decodes a list of seeds.
func (d *decoder) seeds(n *node, seed reflect.Value) {
	var list []uint64
	before := len(d.mistakes)
	d.list(n, reflect.ValueOf(&list).Elem(), seedKey)
	if len(d.mistakes) > before {
		return
	}
	if len(list) == 0 {
		d.say(n.at, seedKey, "is an empty list; allowed: a whole number from 0, or several")
		return
	}
	seen := map[uint64]bool{}
	for _, s := range list {
		if seen[s] {
			d.say(n.at, seedKey, "%d is in the list twice, and would give the same run", s)
			return
		}
		seen[s] = true
	}
	seed.SetUint(list[0])
	if len(list) == 1 {
		list = nil
	}
	*d.manySeeds = list
}

// WithSeed returns a copy that means one run.
func (c *Config) WithSeed(seed uint64) *Config {
	next := c.clone()
	next.Train.Seed, next.Train.Seeds = seed, nil
	return &next
}

// text returns the value of a key as it would be written.
func (c *Config) text(name string) string {
	if name == seedKey && len(c.Train.Seeds) > 0 {
		return strings.ReplaceAll(fmt.Sprint(c.Train.Seeds), " ", ", ")
	}
	return flow(c.at(name))
}

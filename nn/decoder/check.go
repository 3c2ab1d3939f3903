package decoder

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A check gathers what is wrong with settings.
type check []error

func (c *check) say(format string, args ...any) { *c = append(*c, fmt.Errorf(format, args...)) }

func (c check) err() error { return errors.Join(c...) }

// oneOf wants one of the names; an empty one is allowed silently if it is listed.
func (c *check) oneOf(key, value string, names ...string) {
	if !slices.Contains(names, value) {
		names = slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })
		c.say("%s: no %q; allowed: %s", key, value, strings.Join(names, ", "))
	}
}

// from wants at least least.
func (c *check) from(least int, key string, values ...int) {
	for _, v := range values {
		if v < least {
			c.say("%s: %d is out of range; allowed: %d or more", key, v, least)
		}
	}
}

// probability wants 0 or more and below 1.
func (c *check) probability(key string, p float64) {
	if !(p >= 0 && p < 1) {
		c.say("%s: %v is out of range; allowed: 0 or more and below 1", key, p)
	}
}

// number wants one of some numbers.
func (c *check) number(key string, value int, allowed ...int) {
	if !slices.Contains(allowed, value) {
		c.say("%s: %d is out of range; allowed: %s", key, value, strings.Trim(strings.ReplaceAll(fmt.Sprint(allowed), " ", ", "), "[]"))
	}
}

// depth wants an encoder depth from least to 5.
func (c *check) depth(least, value int) {
	var allowed []int
	for d := least; d <= 5; d++ {
		allowed = append(allowed, d)
	}
	c.number("encoder_depth", value, allowed...)
}

// The names of normalisations, of enlargements and of attentions.
var (
	norms          = []string{"batchnorm", "identity"}
	interpolations = []string{"nearest", "bilinear"}
	attentions     = []string{"scse", ""}
)

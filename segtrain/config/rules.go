package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tessera/internal/near"
)

// A rule says what the values of a key may be. The zero rule allows everything of the key's type.
type rule struct {
	allowed string               // in words, for messages and the reference
	number  func(float64) bool   // whether a number is in range
	text    func(s string) error // why a string is refused
	path    bool                 // a path, relative to the file's folder
	choice  bool                 // a name out of Choices
}

var (
	oneOf  = rule{choice: true}
	isPath = rule{path: true}

	hasStem = rule{allowed: "a name with {stem}", text: func(s string) error {
		if !strings.Contains(s, "{stem}") {
			return errors.New("has no {stem}, so every picture would have the same mask")
		}
		return nil
	}}
	hasSubmatch = rule{allowed: "a regular expression with a submatch", text: func(s string) error {
		if s == "" {
			return nil
		}
		re, err := regexp.Compile(s)
		if err != nil {
			reason := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
			return errors.New("is no regular expression: " + reason)
		}
		if re.NumSubexp() == 0 {
			return errors.New("has no (submatch) to name the group")
		}
		return nil
	}}
)

// from allows lo and more.
func from(lo float64) rule {
	return rule{allowed: decimal(lo) + " or more", number: func(v float64) bool { return v >= lo }}
}

// above allows more than lo.
func above(lo float64) rule {
	return rule{allowed: "above " + decimal(lo), number: func(v float64) bool { return v > lo }}
}

// to narrows a rule made by from or above to values of at most hi.
func (r rule) to(hi float64) rule {
	words := " to " + decimal(hi)
	if strings.HasPrefix(r.allowed, "above") {
		words = " and at most " + decimal(hi)
	}
	return r.and(func(v float64) bool { return v <= hi }, words)
}

// under narrows a rule made by from or above to values less than hi.
func (r rule) under(hi float64) rule {
	words := " or more and below " + decimal(hi)
	if strings.HasPrefix(r.allowed, "above") {
		words = " and below " + decimal(hi)
	}
	return r.and(func(v float64) bool { return v < hi }, words)
}

func (r rule) and(ok func(float64) bool, words string) rule {
	lower := r.number
	r.number = func(v float64) bool { return lower(v) && ok(v) }
	r.allowed = strings.TrimSuffix(r.allowed, " or more") + words
	return r
}

// because adds the reason to what is allowed.
func (r rule) because(reason string) rule {
	r.allowed += ", because " + reason
	return r
}

// refuse returns what is wrong with v, a string or a number, as the value of the key; "" if nothing.
func (k key) refuse(v any) string {
	if s, ok := v.(string); ok {
		switch {
		case k.rule.choice:
			return noSuch(k.name, s)
		case k.rule.text != nil:
			if err := k.rule.text(s); err != nil {
				return fmt.Sprintf("%q %v; allowed: %s", s, err, k.rule.allowed)
			}
		}
		return ""
	}
	f := toFloat(v)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Sprintf("%v is not finite", v)
	}
	if k.rule.number != nil && !k.rule.number(f) {
		return fmt.Sprintf("%v is out of range; allowed: %s", v, k.rule.allowed)
	}
	return ""
}

// noSuch says that name is none of a key's choices, and which it may have been or what stands for it; "" if it is one of them.
func noSuch(key, name string) string {
	names := Choices(key)
	if slices.Contains(names, name) {
		return ""
	}
	if text := hint(key, name); text != "" {
		return fmt.Sprintf("no %q: %s", name, text)
	}
	return "no " + near.None(name, names)
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func toFloat(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case uint64:
		return float64(v)
	case float64:
		return v
	}
	return math.NaN()
}

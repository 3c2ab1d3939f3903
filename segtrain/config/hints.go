package config

import (
	"fmt"
	"slices"
)

// hints say what stands for names that a key does not have, and that users know from other libraries.
var hints = map[string]map[string]string{}

// Hint says what to write in the place of a name that is no choice of a key. Like Register it is meant for package initialization.
func Hint(key, name, text string) {
	if hints[key] == nil {
		hints[key] = map[string]string{}
	}
	hints[key][name] = text
}

// neighbours are keys that are easily taken for each other.
var neighbours = map[string]string{"augment": "mix", "mix": "augment"}

// hint returns what to write in the place of a name; "" if nobody knows.
func hint(key, name string) string {
	if text := hints[key][name]; text != "" {
		return text
	}
	if other := neighbours[key]; other != "" && slices.Contains(Choices(other), name) {
		return fmt.Sprintf("it is one of %s, which stands beside %s", other, key)
	}
	return ""
}

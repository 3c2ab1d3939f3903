// Package near finds the name that a misspelt one was meant to be.
package near

import (
	"fmt"
	"strings"
)

// Name returns the name that takes the fewest edits from s, or "" if none is near enough to be meant.
func Name(s string, names []string) string {
	best, name := len(s)/3+2, ""
	for _, n := range names {
		if d := edits(strings.ToLower(s), strings.ToLower(n)); d < best && d < len(n) {
			best, name = d, n
		}
	}
	return name
}

// None says that s is none of the names, which of them it may have been, and all of them.
func None(s string, names []string) string {
	return fmt.Sprintf("%q; %sthere are: %s", s, Guess(s, names), strings.Join(names, ", "))
}

// Guess asks whether the nearest of the names was meant; it is "" if none is near enough.
func Guess(s string, names []string) string {
	if n := Name(s, names); n != "" {
		return fmt.Sprintf("did you mean %q? ", n)
	}
	return ""
}

// edits returns the Levenshtein distance of a and b.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

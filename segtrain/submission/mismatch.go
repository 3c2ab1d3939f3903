package submission

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A MismatchError says how masks differ from what a sample, or a folder of pictures, wants.
type MismatchError struct {
	Of      string   // the sample or the folder
	Missing []string // wanted, but not there
	Extra   []string // there, but not wanted
	Masks   string   // folder
}

// Error lists what is missing and what is too much, the first five of each.
func (e *MismatchError) Error() string {
	var lines []string
	if n := len(e.Missing); n > 0 {
		lines = append(lines, fmt.Sprintf("missing in %s: %s", e.Masks, few(e.Missing)))
	}
	if n := len(e.Extra); n > 0 {
		lines = append(lines, fmt.Sprintf("too much, not in %s: %s", e.Of, few(e.Extra)))
	}
	return fmt.Sprintf("the masks do not fit %s\n  %s", e.Of, strings.Join(lines, "\n  "))
}

// err returns the error, nil if nothing differs.
func (e *MismatchError) err() error {
	if len(e.Missing)+len(e.Extra) == 0 {
		return nil
	}
	return e
}

// few counts names and shows the first five.
func few(names []string) string {
	const shown = 5
	text := fmt.Sprintf("%d: %s", len(names), strings.Join(names[:min(shown, len(names))], ", "))
	if len(names) > shown {
		text += ", …"
	}
	return text
}

// errs joins the first errors of a list that has nils too, and counts the rest.
func errs(list []error) error {
	const shown = 5
	list = slices.DeleteFunc(slices.Clone(list), func(err error) bool { return err == nil })
	if more := len(list) - shown; more > 0 {
		list = append(list[:shown:shown], fmt.Errorf("and %d more", more))
	}
	return errors.Join(list...)
}

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
	return fmt.Sprintf("the masks do not fit %s\n  %s", e.Of, strings.Join(e.lines("missing", "too much"), "\n  "))
}

// lines says what is not there and what is too much, after words for both.
func (e *MismatchError) lines(missing, extra string) []string {
	var list []string
	if len(e.Missing) > 0 {
		list = append(list, fmt.Sprintf("%s, not in %s: %s", missing, e.Masks, few(e.Missing)))
	}
	if len(e.Extra) > 0 {
		list = append(list, fmt.Sprintf("%s, not in %s: %s", extra, e.Of, few(e.Extra)))
	}
	return list
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

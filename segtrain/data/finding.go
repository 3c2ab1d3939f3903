package data

import (
	"errors"
	"fmt"
)

// A Finding is something that is wrong with a data set, or odd about it.
type Finding struct {
	Kind    string `json:"kind"`            // such as "no mask"
	Where   string `json:"where"`           // a file, with a line or an index
	What    string `json:"what"`            // and what is allowed
	Warning bool   `json:"warning"`         // training can go on
	Count   int    `json:"count,omitempty"` // of what is meant, where that is more than one thing
}

// String returns "where: what".
func (f Finding) String() string {
	if f.Where == "" {
		return f.What
	}
	return f.Where + ": " + f.What
}

// Findings are in the order in which they were made.
type Findings []Finding

// wrong adds a finding that training cannot go on with.
func (f *Findings) wrong(kind, where, format string, args ...any) {
	*f = append(*f, Finding{Kind: kind, Where: where, What: fmt.Sprintf(format, args...)})
}

// warn adds a finding that training can go on with.
func (f *Findings) warn(kind, where, format string, args ...any) {
	*f = append(*f, Finding{Kind: kind, Where: where, What: fmt.Sprintf(format, args...), Warning: true})
}

// Warnings returns the findings that training can go on with.
func (f Findings) Warnings() Findings {
	var list Findings
	for _, x := range f {
		if x.Warning {
			list = append(list, x)
		}
	}
	return list
}

// Err joins the first ten of the others and counts the rest; nil if there are none.
func (f Findings) Err() error {
	var list []error
	for _, x := range f {
		if !x.Warning {
			list = append(list, errors.New(x.String()))
		}
	}
	return firstErrors(list)
}

// firstErrors joins the first errors and counts the rest.
func firstErrors(list []error) error {
	const shown = 10
	if more := len(list) - shown; more > 0 {
		return errors.Join(append(list[:shown:shown], fmt.Errorf("and %d more mistakes", more))...)
	}
	return errors.Join(list...)
}

package cli

import (
	"fmt"
	"path/filepath"
	"text/tabwriter"

	"tessera/segtrain/record"
)

// printJSON prints a result as JSON. A loss that is not a number is null.
func (a *app) printJSON(v any) error {
	text, err := record.JSON(v)
	if err != nil {
		return fmt.Errorf("printing the result: %w", err)
	}
	_, err = a.stdout.Write(text)
	return err
}

// printTable prints rows of a name and a value.
func (a *app) printTable(rows [][2]string) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\n", r[0], r[1])
	}
	return w.Flush()
}

// short returns a path below the working folder as one relative to it, and others as they are.
func short(path string) string {
	here, err := filepath.Abs(".")
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

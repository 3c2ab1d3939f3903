package runs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tessera/segtrain/record"
)

// Imported is what became of a run of another root.
type Imported struct {
	From string `json:"from"`
	Name string `json:"name"` // here
	What string `json:"what"` // copied, or why not
}

// Import copies the runs below another root that are not here: a run is known by its id, which follows from the first line of
// its log, so importing twice does nothing. A name that is taken by another run gets the id added. The data a run drew and runs
// that are being written are left out.
func (ix *Index) Import(from string) ([]Imported, error) {
	other, err := Open(from)
	if err != nil {
		return nil, err
	}
	here := map[string]string{}
	for _, r := range ix.Runs {
		here[r.ID] = r.Name
	}
	var list []Imported
	for _, r := range other.Runs {
		x := Imported{From: r.Name, Name: r.Name, What: "copied"}
		name, known := here[r.ID]
		switch {
		case r.ID == "":
			x.What = "left out: its log is empty"
		case known:
			x.Name, x.What = name, "here already"
		case r.State == Running:
			x.What = "left out: it is running"
		default:
			to := free(filepath.Join(ix.Root, filepath.FromSlash(r.Name)), r.ID)
			if err := copyRun(other.Dir(r), to); err != nil {
				return list, fmt.Errorf("importing %s: %w", r.Name, record.Advise(err))
			}
			rel, err := filepath.Rel(ix.Root, to)
			if err != nil {
				return list, err
			}
			x.Name = filepath.ToSlash(rel)
			here[r.ID] = x.Name
		}
		list = append(list, x)
	}
	return list, nil
}

// copyRun copies a run directory under a hidden name, and gives it its own when it is whole.
func copyRun(from, to string) error {
	part := filepath.Join(filepath.Dir(to), "."+filepath.Base(to)+".part")
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && rel == "data": // drawn, and drawn again from the configuration
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(filepath.Join(part, rel), 0o777)
		case !d.Type().IsRegular() || strings.HasPrefix(d.Name(), "."):
			return nil
		}
		return copyFile(path, filepath.Join(part, rel))
	})
	if err != nil {
		return err
	}
	return os.Rename(part, to)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := out.ReadFrom(in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

package runs

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"

	"tessera/segtrain/config"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
)

// IndexFile keeps the index of a root. It may be removed at any time.
const IndexFile = ".index.jsonl"

// An Index is the runs below a root, in order of their names.
type Index struct {
	Root string
	Runs []Run
	Read int // runs that had to be read anew
}

// An entry is a line of the index: a run, and what its files looked like when it was read.
type entry struct {
	Run
	Stamps []stamp `json:"stamps"`
}

// A stamp changes when a file does.
type stamp struct {
	Size int64 `json:"size"` // -1 if there is none
	Time int64 `json:"time"` // of the last change, in nanoseconds
}

// header is the first line of the index.
type header struct {
	Index    int    `json:"index"`    // version of the format
	Defaults uint32 `json:"defaults"` // CRC-32 of what settings are compared with
	Sum      uint32 `json:"sum"`      // CRC-32 of the lines that follow
}

const indexVersion = 2

// Open lists the runs below root by its index. Runs that the index does not know, or that have changed since, are read, and
// the index is written anew; an index that is missing or damaged is made from all runs. A root that cannot be written to has no
// index, and that is no error.
func Open(root string) (*Index, error) {
	names, err := scan(root)
	if err != nil {
		return nil, err
	}
	known := map[string]entry{}
	old, _ := load(filepath.Join(root, IndexFile)) // what is wrong with it, reading anew repairs
	for _, e := range old {
		known[e.Name] = e
	}
	entries, read := refresh(root, names, known)
	ix := &Index{Root: root, Read: read}
	for _, e := range entries {
		ix.Runs = append(ix.Runs, e.Run)
	}
	if read > 0 || len(old) != len(entries) {
		if err := save(filepath.Join(root, IndexFile), entries); err != nil && !errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("writing the index: %w", record.Advise(err))
		}
	}
	for i := range ix.Runs {
		if r := &ix.Runs[i]; r.State != Done && record.Busy(ix.Dir(*r)) {
			r.State = Running
		}
	}
	return ix, nil
}

// Dir returns the directory of a run.
func (ix *Index) Dir(r Run) string { return filepath.Join(ix.Root, filepath.FromSlash(r.Name)) }

// refresh returns the entries of the names, reading those that are not known as they are now.
func refresh(root string, names []string, known map[string]entry) (entries []entry, read int) {
	entries = make([]entry, len(names))
	var stale []int
	for i, name := range names {
		stamps := stampsOf(filepath.Join(root, filepath.FromSlash(name)))
		if e, ok := known[name]; ok && reflect.DeepEqual(e.Stamps, stamps) {
			entries[i] = e
			continue
		}
		entries[i].Stamps = stamps // from before reading: what changes meanwhile is read again
		stale = append(stale, i)
	}
	const together = 4
	var group sync.WaitGroup
	for k := range together {
		group.Go(func() {
			for j := k; j < len(stale); j += together {
				i := stale[j]
				entries[i].Run = Read(root, names[i])
			}
		})
	}
	group.Wait()
	return entries, len(stale)
}

func stampsOf(dir string) []stamp {
	var list []stamp
	for _, name := range []string{record.LogFile, record.ConfigFile, record.MetricsFile} {
		s := stamp{Size: -1}
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil {
			s = stamp{info.Size(), info.ModTime().UnixNano()}
		}
		list = append(list, s)
	}
	return list
}

// maxDepth is how deep runs may lie below a root.
const maxDepth = 4

// scan returns the names of the runs below root, in order. Folders in runs, and those whose names begin with a dot, are not
// looked into.
func scan(root string) ([]string, error) {
	info, err := os.Stat(root)
	if err == nil && !info.IsDir() {
		err = fmt.Errorf("%s is no folder", root)
	}
	if err != nil {
		return nil, fmt.Errorf("looking for runs: %w; say where they are with --root", err)
	}
	var names []string
	var walk func(name string, depth int) error
	walk = func(name string, depth int) error {
		list, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("looking for runs: %w", err)
		}
		isRun := slices.ContainsFunc(list, func(e fs.DirEntry) bool { return e.Name() == record.LogFile })
		if isRun && name != "" {
			names = append(names, name)
			return nil
		}
		for _, e := range list {
			if !e.IsDir() || strings.HasPrefix(e.Name(), ".") || depth == maxDepth {
				continue
			}
			if err := walk(path.Join(name, e.Name()), depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	err = walk("", 0)
	slices.Sort(names)
	return names, err
}

// load reads an index. One that is not whole, or of another program's format or defaults, is an error.
func load(file string) ([]entry, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	if !bytes.Equal(first, newHeader(rest)) {
		return nil, fmt.Errorf("%s is damaged or of another version", file)
	}
	var entries []entry
	for d := json.NewDecoder(bytes.NewReader(rest)); ; {
		var e entry
		if err := d.Decode(&e); errors.Is(err, io.EOF) {
			return entries, nil
		} else if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
}

// newHeader returns the first line of an index with the given other lines.
func newHeader(lines []byte) []byte {
	base := config.Default()
	// It has no value that JSON lacks.
	line, _ := json.Marshal(header{indexVersion, crc32.ChecksumIEEE(base.Marshal()), crc32.ChecksumIEEE(lines)})
	return line
}

// save writes an index under a temporary name first, so that it is never half there.
func save(file string, entries []entry) error {
	var lines bytes.Buffer
	out := json.NewEncoder(&lines)
	for _, e := range entries {
		if err := out.Encode(e); err != nil {
			return err
		}
	}
	return raster.WriteUnsynced(file, func(w io.Writer) error {
		b := bufio.NewWriter(w)
		b.Write(append(newHeader(lines.Bytes()), '\n'))
		b.Write(lines.Bytes())
		return b.Flush()
	})
}

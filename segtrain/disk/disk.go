// Package disk tells before anything is written whether there is room for it.
//
// A disk that fills up in the middle of an hour's work costs that hour. Where the size of an output is known, or can be
// told roughly, Room compares it with what is free.
package disk

import (
	"fmt"
	"os"
	"path/filepath"
)

// A FullError says that an output does not fit.
type FullError struct {
	Dir        string
	Need, Free int64 // bytes
}

// Error says how much is needed and how much there is.
func (e *FullError) Error() string {
	return fmt.Sprintf("%s has %s free, but this needs %s: free some space, or write to another disk",
		e.Dir, Bytes(e.Free), Bytes(e.Need))
}

// Room returns a *FullError if the disk that path is to lie on has less than need bytes free. The path, and folders above
// it, need not exist yet. Where the system does not say how much is free, there is room.
func Room(path string, need int64) error {
	dir := existing(path)
	if have, ok := free(dir); ok && have < need {
		return &FullError{Dir: dir, Need: need, Free: have}
	}
	return nil
}

// existing returns the innermost folder of a path that is there.
func existing(path string) string {
	dir, err := filepath.Abs(path)
	if err != nil {
		dir = path
	}
	for {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return dir
		}
		dir = up
	}
}

// Bytes prints a number of bytes for a reader: 812 bytes, 1.4 MB, 20.3 GB.
func Bytes(n int64) string {
	switch {
	case n < 1e4:
		return fmt.Sprintf("%d bytes", n)
	case n < 1e6:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1e9:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

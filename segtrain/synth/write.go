package synth

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"sync"

	"tessera/internal/parallel"
	"tessera/segtrain/raster"
)

// ManifestFile is the name of the table Write leaves in its folder.
const ManifestFile = "manifest.csv"

// Folds is how many folds the manifest names: the pictures of group g are in fold g mod Folds.
const Folds = 5

// Write draws the first n pictures of the data set seed, h×w, below dir: images/0000.png and so on, masks/
// with class indices under the same names, paletted so that a viewer shows them, and ManifestFile with the
// columns image, mask, group, fold. ManifestFile comes last: where it is, everything is. progress, where not nil,
// is called after each picture with the number of those done, by one goroutine at a time. What is there under these
// names is replaced.
func Write(dir string, n, h, w int, seed uint64, progress func(done int)) error {
	if n < 1 || h < minSide || w < minSide {
		return fmt.Errorf("drawing %d pictures of %d×%d: at least 1 of %d×%d", n, h, w, minSide, minSide)
	}
	for _, sub := range []string{"images", "masks"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o777); err != nil {
			return fmt.Errorf("drawing pictures: %w", err)
		}
	}
	if err := drawAll(dir, n, h, w, seed, progress); err != nil {
		return fmt.Errorf("drawing pictures: %w", err)
	}
	err := raster.WriteFile(filepath.Join(dir, ManifestFile), func(w io.Writer) error { return manifest(w, n) })
	if err != nil {
		return fmt.Errorf("drawing pictures: %w", err)
	}
	return nil
}

// drawAll draws and writes the pictures on all cores, then makes them durable together.
func drawAll(dir string, n, h, w int, seed uint64, progress func(done int)) error {
	var mu sync.Mutex
	var failed error
	done := 0
	parallel.For(n, func(i, _ int) {
		mu.Lock()
		stop := failed != nil
		mu.Unlock()
		if stop {
			return
		}
		err := drawPair(dir, i, h, w, seed)
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			failed = err
			return
		}
		if done++; progress != nil {
			progress(done)
		}
	})
	if failed != nil {
		return failed
	}
	paths := make([]string, 0, 2*n)
	for i := range n {
		image, truth := files(i)
		paths = append(paths, filepath.Join(dir, image), filepath.Join(dir, truth))
	}
	return raster.SyncFiles(paths)
}

// drawPair writes picture i and its mask.
func drawPair(dir string, i, h, w int, seed uint64) error {
	im, mask := Draw(seed, i, h, w)
	image, truth := files(i)
	err := raster.WriteUnsynced(filepath.Join(dir, image), func(w io.Writer) error { return raster.EncodePNG(w, im) })
	if err != nil {
		return err
	}
	return raster.WriteUnsynced(filepath.Join(dir, truth), func(w io.Writer) error {
		return raster.EncodeMask(w, mask, Palette())
	})
}

// files returns where picture i and its mask lie below the data set's folder, with slashes.
func files(i int) (image, mask string) {
	name := fmt.Sprintf("%04d.png", i)
	return path.Join("images", name), path.Join("masks", name)
}

func manifest(w io.Writer, n int) error {
	rows := [][]string{{"image", "mask", "group", "fold"}}
	for i := range n {
		image, mask := files(i)
		group := i / GroupSize
		rows = append(rows, []string{image, mask, strconv.Itoa(group), strconv.Itoa(group % Folds)})
	}
	return csv.NewWriter(w).WriteAll(rows)
}

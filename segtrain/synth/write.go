package synth

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"

	"tessera/segtrain/raster"
)

// ManifestFile is the name of the table Write leaves in its folder.
const ManifestFile = "manifest.csv"

// Folds is how many folds the manifest names: the pictures of group g are in fold g mod Folds.
const Folds = 5

// Write draws the first n pictures of the data set seed, h×w, below dir: images/0000.png and so on, masks/
// with class indices under the same names, paletted so that a viewer shows them, and ManifestFile with the
// columns image, mask, group, fold. progress, where not nil, is called after each picture with the number of
// those done. What is there under these names is replaced.
func Write(dir string, n, h, w int, seed uint64, progress func(done int)) error {
	if n < 1 || h < minSide || w < minSide {
		return fmt.Errorf("drawing %d pictures of %d×%d: at least 1 of %d×%d", n, h, w, minSide, minSide)
	}
	for _, sub := range []string{"images", "masks"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o777); err != nil {
			return fmt.Errorf("drawing pictures: %w", err)
		}
	}
	palette := Palette()
	for i := range n {
		im, mask := Draw(seed, i, h, w)
		image, truth := files(i)
		if err := raster.WritePNG(filepath.Join(dir, image), im); err != nil {
			return fmt.Errorf("drawing pictures: %w", err)
		}
		if err := raster.WriteMask(filepath.Join(dir, truth), mask, palette); err != nil {
			return fmt.Errorf("drawing pictures: %w", err)
		}
		if progress != nil {
			progress(i + 1)
		}
	}
	err := raster.WriteFile(filepath.Join(dir, ManifestFile), func(w io.Writer) error { return manifest(w, n) })
	if err != nil {
		return fmt.Errorf("drawing pictures: %w", err)
	}
	return nil
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

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/raster"
)

type options struct {
	masks, out string
	ignore     int
	share      float64
	seed       uint64
	kinds      []string
}

// A victim is a mask to be spoilt.
type victim struct{ id, kind string }

// spoil writes all masks, some of them spoilt, and the list of those.
func (o options) spoil() error {
	if o.masks == "" || o.out == "" || !(o.share > 0 && o.share <= 1) {
		return errors.New("wants --masks, --out, and a --share above 0 and up to 1")
	}
	files, err := filepath.Glob(filepath.Join(o.masks, "*.png"))
	if err != nil || len(files) < 2 {
		return fmt.Errorf("wants two PNG files or more in %s", o.masks)
	}
	slices.Sort(files)
	folder := filepath.Join(o.out, "masks")
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	kinds := o.draw(len(files))
	var victims []victim
	for i, file := range files {
		m, err := read(file)
		if err != nil {
			return err
		}
		if kinds[i] != "" {
			id := strings.TrimSuffix(filepath.Base(file), ".png")
			victims = append(victims, victim{id, kinds[i]})
			if m, err = o.damaged(m, kinds, files, i); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
		}
		if err := raster.WriteMask(filepath.Join(folder, filepath.Base(file)), m, nil); err != nil {
			return err
		}
	}
	fmt.Printf("%d of %d masks are spoilt\n", len(victims), len(files))
	return o.write(victims)
}

// draw chooses the files to be spoilt, and how, in equal parts. Swaps come in pairs.
func (o options) draw(n int) []string {
	kinds := make([]string, n)
	order := rand.New(rand.NewPCG(o.seed, 0)).Perm(n)
	count := int(math.Round(o.share * float64(n)))
	for k, at := range order[:count] {
		kinds[at] = o.kinds[k*len(o.kinds)/count]
	}
	return kinds
}

// damaged returns the spoilt mask of file i.
func (o options) damaged(m *raster.Mask, kinds, files []string, i int) (*raster.Mask, error) {
	rng := rand.New(rand.NewPCG(o.seed, uint64(i)+1))
	switch kinds[i] {
	case "swap":
		return o.swapped(kinds, files, i)
	case "classes":
		return o.exchanged(m, rng)
	case "shift":
		return shifted(m, rng, 8), nil
	case "nudge":
		return shifted(m, rng, 40), nil
	case "erase":
		return o.erased(m, rng)
	case "patch":
		return o.patched(m, rng)
	}
	return nil, fmt.Errorf("no kind %q; there are: swap, classes, shift, erase, nudge, patch", kinds[i])
}

// swapped returns the mask of the next file that is to be swapped, the first one's for the last: all those masks go round.
func (o options) swapped(kinds, files []string, i int) (*raster.Mask, error) {
	for step := 1; step < len(files); step++ {
		if j := (i + step) % len(files); kinds[j] == "swap" {
			return read(files[j])
		}
	}
	return nil, errors.New("a single mask cannot be swapped")
}

func read(file string) (*raster.Mask, error) {
	return raster.ReadMask(file, raster.MaskCode{Coding: raster.IndexCode, Classes: 256, Ignore: -1})
}

// write keeps the list.
func (o options) write(victims []victim) error {
	return raster.WriteFile(filepath.Join(o.out, "corrupted.csv"), func(w io.Writer) error {
		rows := [][]string{{"id", "kind"}}
		for _, v := range victims {
			rows = append(rows, []string{v.id, v.kind})
		}
		return csv.NewWriter(w).WriteAll(rows)
	})
}

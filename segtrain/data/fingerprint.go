package data

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"tessera/segtrain/raster"
)

// A Fingerprint tells data sets apart: the SHA-256 of every sample's id and of the sizes and contents of its files, whatever the
// order, the folders and the times of the files.
//
// Of a file of more than 48 KB three pieces of 16 KB are read, the first, the middle and the last, so that a set of any size takes
// a moment. A picture that was changed has another size or another last piece in all but made-up cases: compressed files carry on
// what differs, and a PNG ends in its checksum.
type Fingerprint struct {
	SHA256 string `json:"sha256"`
	Images int    `json:"images"`
	Bytes  int64  `json:"bytes"` // of all files
}

// piece is how much of a large file is read at each of three places.
const piece = 16 << 10

// Fingerprint reads from all files of the manifests. The error names a file that cannot be read.
func (m Manifest) Fingerprint(more ...Manifest) (Fingerprint, error) {
	all := slices.Concat(append([]Manifest{m}, more...)...)
	slices.SortStableFunc(all, func(a, b Record) int { return cmp.Compare(a.ID, b.ID) })
	const together = 8
	sums, sizes := make([][sha256.Size]byte, len(all)), make([]int64, len(all))
	errs := make([]error, together)
	var group sync.WaitGroup
	for k := range together {
		group.Go(func() {
			for i := k; i < len(all) && errs[k] == nil; i += together {
				sums[i], sizes[i], errs[k] = all[i].sum()
			}
		})
	}
	group.Wait()
	f := Fingerprint{Images: len(all)}
	slices.SortFunc(sums, func(a, b [sha256.Size]byte) int { return slices.Compare(a[:], b[:]) })
	h := sha256.New()
	for i := range all {
		h.Write(sums[i][:])
		f.Bytes += sizes[i]
	}
	f.SHA256 = hex.EncodeToString(h.Sum(nil))
	return f, cmp.Or(errs...)
}

// ImageSums returns the SHA-256 of each record's image file, whatever it is called, of what Fingerprint reads of it. The error names
// a file that cannot be read.
func (m Manifest) ImageSums() ([]string, error) {
	const together = 8
	sums, errs := make([]string, len(m)), make([]error, together)
	var group sync.WaitGroup
	for k := range together {
		group.Go(func() {
			for i := k; i < len(m) && errs[k] == nil; i += together {
				h := sha256.New()
				_, errs[k] = sumFile(h, m[i].Image)
				sums[i] = hex.EncodeToString(h.Sum(nil))
			}
		})
	}
	group.Wait()
	if err := cmp.Or(errs...); err != nil {
		return nil, fmt.Errorf("reading the images: %w", err)
	}
	return sums, nil
}

// sum hashes a sample.
func (r Record) sum() (sum [sha256.Size]byte, bytes int64, err error) {
	h := sha256.New()
	fmt.Fprintf(h, "%q", r.ID)
	if d := r.Drawn; d != nil {
		fmt.Fprint(h, d.Background, d.Overlap)
		for _, region := range d.Regions {
			if p, ok := region.shape.(pairs); ok {
				fmt.Fprintf(h, " %d %v %s", region.Class, *p.code, p.text)
			} else {
				fmt.Fprintf(h, " %d %v", region.Class, region.shape)
			}
		}
	}
	if r.Weight != 0 || r.Hidden != nil {
		fmt.Fprint(h, " weight ", r.Weight)
	}
	paths := []string{r.Image}
	for _, part := range r.Hidden {
		if fmt.Fprint(h, " hidden ", part.Box); part.Pixels != "" {
			paths = append(paths, part.Pixels)
		}
	}
	masks := []string{r.Mask}
	if r.Soft != nil {
		masks = append(masks, r.Soft.Second, r.Soft.Share)
	}
	for _, mask := range masks {
		if strings.Contains(mask, raster.ClassField) { // a file a class
			list, err := filepath.Glob(strings.ReplaceAll(mask, raster.ClassField, "*"))
			if err != nil {
				return sum, 0, fmt.Errorf("reading the data: %w", err)
			}
			paths = append(paths, list...)
		} else if mask != "" {
			paths = append(paths, mask)
		}
	}
	for _, path := range paths {
		n, err := sumFile(h, path)
		if err != nil {
			return sum, 0, fmt.Errorf("reading the data: %w", err)
		}
		bytes += n
	}
	return [sha256.Size]byte(h.Sum(nil)), bytes, nil
}

// sumFile writes a file's size and pieces to h.
func sumFile(h io.Writer, path string) (size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	size = info.Size()
	_ = binary.Write(h, binary.LittleEndian, size) // to a hash, which takes all
	if size <= 3*piece {
		_, err = io.Copy(h, f)
		return size, err
	}
	for _, at := range []int64{0, size/2 - piece/2, size - piece} {
		if _, err := io.Copy(h, io.NewSectionReader(f, at, piece)); err != nil {
			return size, err
		}
	}
	return size, nil
}

// PartsHash returns the SHA-256 of which samples train and which validate in one run, by their ids and whatever their order. It
// differs from the hash of a split's table in that it knows one fold, what actions dropped, and no folds of others.
func PartsHash(train, val Manifest) string {
	h := sha256.New()
	for _, part := range []struct {
		name    string
		samples Manifest
	}{{"train", train}, {"val", val}} {
		var ids []string
		for _, r := range part.samples {
			ids = append(ids, r.ID)
		}
		slices.Sort(ids)
		fmt.Fprintf(h, "%s %q\n", part.name, ids)
	}
	return hex.EncodeToString(h.Sum(nil))
}

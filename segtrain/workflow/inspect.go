package workflow

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// sampled is how many files Inspect opens of each kind.
const sampled = 64

// Inspect looks at a folder of images and one of masks, or a file of regions (COCO, or a table of run-lengths), and returns what a configuration for them must say: how
// masks are named and coded, which values occur, how large the images are, and whether their names tell groups. It
// pairs all files and opens some of them.
func Inspect(images, masks string) (*config.Facts, error) {
	if info, err := os.Stat(masks); err == nil && !info.IsDir() {
		return inspectRegions(images, masks)
	}
	m, pattern, err := pairs(images, masks)
	f := &config.Facts{Images: images, Masks: masks, Pattern: pattern}
	if err != nil {
		names, a := classFolders(images, masks)
		if a == nil {
			return nil, err
		}
		m, f.Task, f.Classes, f.Masks = a, config.Multilabel, names, filepath.Join(masks, raster.ClassField)
	}
	f.Count = len(m)
	some := spread(m, sampled)
	if err := inspectImages(f, some); err != nil {
		return nil, err
	}
	if err := inspectMasks(f, some); err != nil {
		return nil, err
	}
	if f.Task == "" && f.OneClass() {
		f.Task = config.Binary
	}
	f.GroupRegexp, f.Groups = guessGroups(m)
	return f, nil
}

// pairs finds the masks of images: by equal names, or by whatever a mask's name has beside its image's.
func pairs(images, masks string) (data.Manifest, string, error) {
	m, err := data.Scan(images, masks, data.ScanOptions{})
	if err == nil {
		return m, "", nil
	}
	named, imagesErr := data.Scan(images, "", data.ScanOptions{})
	files, masksErr := data.Scan(masks, "", data.ScanOptions{})
	if imagesErr != nil || masksErr != nil {
		return nil, "", errors.Join(imagesErr, masksErr)
	}
	for _, pattern := range patterns(named[0].ID, files) {
		if m, e := data.Scan(images, masks, data.ScanOptions{MaskPattern: pattern}); e == nil {
			return m, pattern, nil
		}
	}
	return nil, "", err
}

// patterns returns the ways in which masks' names contain that of an image, the shortest first.
func patterns(image string, masks data.Manifest) []string {
	stem := filepath.Base(image)
	var list []string
	for _, r := range masks {
		name := filepath.Base(r.ID)
		if strings.Contains(name, stem) {
			list = append(list, strings.Replace(name, stem, "{stem}", 1))
		}
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return slices.Compact(list)
}

// spread returns n records, spread evenly, or all.
func spread(m data.Manifest, n int) data.Manifest {
	n = min(n, len(m))
	some := make(data.Manifest, n)
	for i := range some {
		some[i] = m[i*len(m)/n]
	}
	return some
}

// inspectImages notes the commonest size and the channels.
func inspectImages(f *config.Facts, m data.Manifest) error {
	sizes := map[[2]int]int{}
	for _, r := range m {
		info, err := raster.Probe(r.Image)
		if err != nil {
			return err
		}
		sizes[[2]int{info.H, info.W}]++
		c := info.C
		if raster.Convertible(c, 3) {
			c = min(c, 3) // alpha says nothing
		}
		f.Channels = max(f.Channels, c)
	}
	f.Sizes = len(sizes)
	for size, count := range sizes {
		if c := sizes[[2]int{f.H, f.W}]; count > c || count == c && slices.Compare(size[:], []int{f.H, f.W}) > 0 {
			f.H, f.W = size[0], size[1]
		}
	}
	return nil
}

// inspectMasks notes how masks are coded and what occurs in them.
func inspectMasks(f *config.Facts, m data.Manifest) error {
	if stacked, err := inspectStacks(f, m); stacked || err != nil {
		return err
	}
	values, colors := map[int]bool{}, map[[3]int]bool{}
	colored := false
	var files []string
	for _, r := range m {
		files = append(files, raster.ClassFiles(r.Mask, f.Classes)...)
	}
	for _, file := range files {
		s, err := raster.MaskValues(file)
		if err != nil {
			return err
		}
		colored = colored || s.Colored
		for _, v := range s.Values {
			values[v.Value] = true
			colors[[3]int{int(v.Color.R), int(v.Color.G), int(v.Color.B)}] = true
		}
		if n := max(len(values), len(colors)); n > 256 {
			return fmt.Errorf("%s and others hold more than 256 values: are these masks? (photographs and JPEG files "+
				"are not; convert masks to PNG)", file)
		}
	}
	if colored {
		f.MaskCode = string(raster.PaletteCode)
		f.Colors = slices.SortedFunc(maps.Keys(colors), func(a, b [3]int) int { return slices.Compare(a[:], b[:]) })
		return nil
	}
	f.Values = slices.Sorted(maps.Keys(values))
	f.MaskCode = string(raster.IndexCode)
	if n := len(f.Values); n == 2 && f.Values[0] == 0 && f.Values[1] > 1 || n == 1 && f.Values[0] > 1 {
		f.MaskCode = string(raster.BinaryCode)
	}
	return nil
}

// groupings are what names of one group may have in common: the folder, or all before the last part.
var groupings = []string{`^(.+)/[^/]+$`, `^(.+)_[^_]+$`, `^(.+)-[^-]+$`}

// guessGroups returns the first grouping under which names fall into a few groups of some size, and how many; or
// nothing.
func guessGroups(m data.Manifest) (string, int) {
	for _, pattern := range groupings {
		grouped := slices.Clone(m)
		if grouped.GroupBy(regexp.MustCompile(pattern)) != nil {
			continue
		}
		groups := map[string]bool{}
		for _, r := range grouped {
			groups[r.Group] = true
		}
		if n := len(groups); n >= 2 && n <= len(m)/3 {
			return pattern, n
		}
	}
	return "", 0
}

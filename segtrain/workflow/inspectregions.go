package workflow

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// inspectRegions looks at a folder of images and a file of regions, COCO or a table of run-lengths.
func inspectRegions(images, file string) (*config.Facts, error) {
	f := &config.Facts{Images: images, Annotations: file, MaskCode: string(raster.IndexCode), Task: config.Multilabel}
	var m data.Manifest
	var err error
	if strings.EqualFold(filepath.Ext(file), ".json") {
		f.Kind = "coco"
		m, err = inspectCOCO(f)
	} else {
		f.Kind = "rle"
		m, err = inspectRLE(f)
	}
	if err != nil {
		return nil, err
	}
	f.Count = len(m)
	some := spread(m, sampled)
	if err := inspectImages(f, some); err != nil {
		return nil, err
	}
	overlap, err := overlapIn(some, len(f.Classes))
	if err != nil {
		return nil, err
	}
	switch {
	case len(f.Classes) == 1:
		f.Task = config.Binary
	case f.Kind == "coco" && !overlap:
		f.Task = config.Multiclass
		f.Classes = append([]string{"background"}, f.Classes...)
	}
	f.GroupRegexp, f.Groups = guessGroups(m)
	return f, nil
}

// regionsOf reads the records of a file of regions, and again with pictures that it does not mention as unlisted says where there are
// any.
func regionsOf(f *config.Facts, unlisted data.Unlisted, read func(data.RegionOptions) (data.Manifest, data.Findings, error)) (data.Manifest, error) {
	opt := data.RegionOptions{Images: f.Images, Classes: append([]string{"none"}, f.Classes...), Ignore: -1}
	m, findings, err := read(opt)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(findings, func(x data.Finding) bool { return x.Kind == "image without mask" }) {
		f.Unlisted, opt.Unlisted = string(unlisted), unlisted
		if m, findings, err = read(opt); err != nil {
			return nil, err
		}
	}
	return m, findings.Err()
}

// category is one of a COCO file.
type category struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// inspectCOCO takes the names of categories, in the order of their numbers.
func inspectCOCO(f *config.Facts) (data.Manifest, error) {
	text, err := os.ReadFile(f.Annotations)
	if err != nil {
		return nil, fmt.Errorf("annotations: %w", err)
	}
	var file struct {
		Categories []category `json:"categories"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("annotations %s: %w", f.Annotations, err)
	}
	slices.SortFunc(file.Categories, func(a, b category) int { return a.ID - b.ID })
	for _, c := range file.Categories {
		f.Classes = append(f.Classes, c.Name)
	}
	if len(f.Classes) == 0 {
		return nil, fmt.Errorf("annotations %s: no categories: is it a COCO file?", f.Annotations)
	}
	return regionsOf(f, data.UnlistedIsLeft, func(opt data.RegionOptions) (data.Manifest, data.Findings, error) {
		return data.ReadCOCO(f.Annotations, opt)
	})
}

// inspectRLE finds the dialect whose columns a table has, that with most of them, and its classes.
func inspectRLE(f *config.Facts) (data.Manifest, error) {
	in, err := os.Open(f.Annotations)
	if err != nil {
		return nil, fmt.Errorf("run-lengths: %w", err)
	}
	defer in.Close()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("run-lengths %s: %w", f.Annotations, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("run-lengths %s: is empty", f.Annotations)
	}
	header := rows[0]
	for i := range header {
		header[i] = strings.TrimSpace(strings.TrimPrefix(header[i], "\ufeff"))
	}
	d, err := dialectOf(header)
	if err != nil {
		return nil, fmt.Errorf("run-lengths %s: %w", f.Annotations, err)
	}
	f.Dialect = d.Name
	if f.Classes, err = tableClasses(d.Table, header, rows[1:]); err != nil {
		return nil, fmt.Errorf("run-lengths %s: %w", f.Annotations, err)
	}
	return regionsOf(f, data.UnlistedIsEmpty, func(opt data.RegionOptions) (data.Manifest, data.Findings, error) {
		t := d.Table
		t.Code.Empty = append(t.Code.Empty, "-", "-1", "-1 -1")
		return data.ReadRLE(f.Annotations, t, opt)
	})
}

// dialectOf returns the dialect with most columns among those whose columns are all there.
func dialectOf(header []string) (best data.Dialect, err error) {
	columns, most := []string{}, 0
	for _, d := range data.Dialects() {
		names := slices.DeleteFunc([]string{d.Table.Image, d.Table.Runs, d.Table.Class}, func(s string) bool { return s == "" })
		missing := slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(header, name) })
		if !missing && len(names) > most {
			best, most = d, len(names)
		}
		columns = append(columns, d.Name+": "+strings.Join(names, ", "))
	}
	if most == 0 {
		return best, fmt.Errorf("has the columns %s, as no dialect has; there are %s; write the configuration by hand with data.rle",
			strings.Join(header, ", "), strings.Join(columns, "; "))
	}
	return best, nil
}

// tableClasses returns the names of a table's classes: of numbers, which must be 1 up to their count, class_1 and so on; of what
// else there is, sorted; one where there are none.
func tableClasses(t data.RLETable, header []string, rows [][]string) ([]string, error) {
	if t.Class == "" && t.Joint == "" {
		return []string{"object"}, nil
	}
	var names []string
	highest, numbers := 0, true
	for _, row := range rows {
		name := row[slices.Index(header, t.Image)]
		if t.Class != "" {
			name = row[slices.Index(header, t.Class)]
		} else if i := strings.LastIndex(name, t.Joint); i >= 0 {
			name = name[i+len(t.Joint):]
		}
		name = strings.TrimSpace(name)
		n, err := strconv.Atoi(name)
		numbers, highest = numbers && err == nil && n >= 1, max(highest, n)
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		if len(names) > 256 {
			return nil, errors.New("more than 256 classes: is the column of classes the right one?")
		}
	}
	slices.Sort(names)
	if !numbers {
		return names, nil
	}
	if highest > 256 {
		return nil, fmt.Errorf("class %d; allowed: numbers from 1 to 256", highest)
	}
	names = nil
	for k := range highest {
		names = append(names, fmt.Sprintf("class_%d", k+1))
	}
	return names, nil
}

// overlapIn tells whether pixels of records are in regions of two classes.
func overlapIn(m data.Manifest, classes int) (bool, error) {
	overlap := false
	for _, r := range m {
		info, err := raster.Probe(r.Image)
		if err != nil {
			return false, err
		}
		f, err := r.Drawn.Flags(info.H, info.W, classes, -1)
		if err != nil {
			return false, fmt.Errorf("image %s: %w", r.Image, err)
		}
		for i := 0; i < info.H*info.W && !overlap && classes > 1; i++ {
			n := 0
			for k := range classes {
				n += int(f.At(i, k))
			}
			overlap = n > 1
		}
	}
	return overlap, nil
}

// classFolders returns the names of the folders in a folder of masks, if they are those of classes: each has a mask of every image.
func classFolders(images, masks string) (names []string, m data.Manifest) {
	entries, err := os.ReadDir(masks)
	if err != nil {
		return nil, nil
	}
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if len(names) < 2 || len(names) > 256 {
		return nil, nil
	}
	m, err = data.Scan(images, filepath.Join(masks, raster.ClassField), data.ScanOptions{Classes: names})
	if err != nil {
		return nil, nil
	}
	return names, m
}

package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"tessera/segtrain/raster"
)

// RLETable says how a table of run-lengths is written. Other columns are not looked at.
type RLETable struct {
	Image string // column of the picture's name, with extension or not
	Class string // column of the class, a name or a number; empty: everything is class 1
	Runs  string // column of the run-lengths

	// Joint, where not empty, parts picture and class in one cell of column Image: "0002cc93b.jpg_1" with "_". The class
	// comes after the last one.
	Joint string
	Code  raster.RLE
}

// Dialect is a table of run-lengths that competitions have used.
type Dialect struct {
	Name, Doc string
	Table     RLETable
}

// Dialects returns the dialects that have a name. Kaggle's number pixels from 1 down the columns, Dacon's from 1 along
// the rows.
func Dialects() []Dialect {
	down := raster.RLE{Order: raster.ColumnMajor, Base: 1}
	dash, along := down, raster.RLE{Order: raster.RowMajor, Base: 1, Empty: []string{"-1"}}
	dash.Empty = []string{"-"}
	return []Dialect{
		{"airbus", "ImageId, EncodedPixels; a row for each ship (Kaggle, Airbus Ship Detection)",
			RLETable{Image: "ImageId", Runs: "EncodedPixels", Code: down}},
		{"contrails", "record_id, encoded_pixels; empty is - (Kaggle, Identify Contrails)",
			RLETable{Image: "record_id", Runs: "encoded_pixels", Code: dash}},
		{"dacon", "img_id, mask_rle; by rows, empty is -1 (Dacon, satellite buildings)",
			RLETable{Image: "img_id", Runs: "mask_rle", Code: along}},
		{"severstal", "ImageId, ClassId, EncodedPixels (Kaggle, Severstal Steel Defects)",
			RLETable{Image: "ImageId", Class: "ClassId", Runs: "EncodedPixels", Code: down}},
		{"clouds", "Image_Label such as a.jpg_Fish, EncodedPixels (Kaggle, Understanding Clouds)",
			RLETable{Image: "Image_Label", Joint: "_", Runs: "EncodedPixels", Code: down}},
		{"salt", "id, rle_mask (Kaggle, TGS Salt)", RLETable{Image: "id", Runs: "rle_mask", Code: down}},
	}
}

// ReadRLE reads a manifest from a table of run-lengths: one row a picture, or one a picture and class, or many. A
// class is a name out of opt.Classes, a number that opt.Map gives a class, or the class's index. Run-lengths are read
// when a mask is asked for, because they depend on the picture's size.
//
// Findings say what is wrong with the table, by line: classes that are none, pictures that are not there, pictures that
// it does not mention. The error is about a file that cannot be read at all.
func ReadRLE(file string, t RLETable, opt RegionOptions) (Manifest, Findings, error) {
	in, err := os.Open(file)
	if err != nil {
		return nil, nil, fmt.Errorf("run-lengths: %w", err)
	}
	defer in.Close()
	r := &rleReader{table: t, csv: csv.NewReader(in), missing: map[string]bool{}}
	if err := r.header(); err != nil {
		return nil, nil, fmt.Errorf("run-lengths %s: %w", file, err)
	}
	if r.gatherer, err = newGatherer(file, opt); err != nil {
		return nil, nil, fmt.Errorf("run-lengths %s: %w", file, err)
	}
	for {
		row, err := r.csv.Read()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, nil, fmt.Errorf("run-lengths %s: %w", file, err)
		}
		line, _ := r.csv.FieldPos(0)
		r.read(row, fmt.Sprintf("line %d", line))
	}
	return r.finish()
}

type rleReader struct {
	*gatherer
	table              RLETable
	csv                *csv.Reader
	image, class, runs int             // columns; class is -1 without one
	missing            map[string]bool // pictures that were reported once
}

// header finds the columns.
func (r *rleReader) header() error {
	names, err := r.csv.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("is empty; the first line names the columns")
	} else if err != nil {
		return err
	}
	for i := range names {
		names[i] = strings.TrimSpace(strings.TrimPrefix(names[i], "\ufeff"))
	}
	find := func(name string) (int, error) {
		if i := slices.Index(names, name); i >= 0 {
			return i, nil
		}
		return 0, fmt.Errorf("line 1: no column %q; there are: %s", name, strings.Join(names, ", "))
	}
	var failed [3]error
	r.image, failed[0] = find(r.table.Image)
	r.runs, failed[1] = find(r.table.Runs)
	r.class = -1
	if r.table.Class != "" {
		r.class, failed[2] = find(r.table.Class)
	}
	return errors.Join(failed[:]...)
}

// read takes a row in.
func (r *rleReader) read(row []string, where string) {
	name, class, ok := r.names(row)
	if !ok {
		r.wrong("class", where, "%q holds no %q between image and class", name, r.table.Joint)
		return
	}
	rel, err := r.folder.find(name)
	if err != nil {
		if !r.missing[name] {
			r.wrong("missing image", where, "%v", err)
		}
		r.missing[name] = true
		return
	}
	place, seen := r.byID[stem(rel)]
	switch {
	case !seen:
		place = r.add(rel, 0, 0)
	case r.records[place].Image != r.folder.record(rel).Image:
		r.wrong("duplicate image", where, "another picture is called %q but for its extension", stem(rel))
		return
	}
	text := strings.TrimSpace(row[r.runs])
	if r.table.Code.IsEmpty(text) {
		return
	}
	index, err := r.classOf(class)
	if err != nil {
		r.wrong("unknown category", where, "%v", err)
		return
	}
	d := r.records[place].Drawn
	d.Regions = append(d.Regions, Region{Where: where, Class: index, shape: pairs{&r.table.Code, text}})
}

// names returns the cells of picture and class, false if there are not both in a joint one.
func (r *rleReader) names(row []string) (image, class string, ok bool) {
	image = strings.TrimSpace(row[r.image])
	if r.class >= 0 {
		return image, strings.TrimSpace(row[r.class]), true
	}
	if r.table.Joint == "" {
		return image, "", true
	}
	i := strings.LastIndex(image, r.table.Joint)
	if i < 0 {
		return image, "", false
	}
	return image[:i], image[i+len(r.table.Joint):], true
}

// classOf returns the class of a cell. Without a column of classes everything is class 1.
func (r *rleReader) classOf(cell string) (uint8, error) {
	if r.class < 0 && r.table.Joint == "" {
		cell = "1"
	}
	id, err := strconv.Atoi(cell)
	if _, mapped := r.opt.Map[id]; err == nil && !mapped && slices.Index(r.opt.Classes, cell) < 0 && r.opt.isClass(id) {
		if id == r.opt.Ignore {
			return uint8(id), nil
		}
		cell = r.opt.Classes[id]
	}
	return r.opt.class(id, err == nil, cell)
}

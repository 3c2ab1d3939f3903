package data

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
)

// cocoFile is a file of the COCO data format (cocodataset.org, "Object Detection"), as far as it is used.
type cocoFile struct {
	Images []struct {
		ID       int    `json:"id"`
		FileName string `json:"file_name"`
		Height   int    `json:"height"`
		Width    int    `json:"width"`
	} `json:"images"`
	Annotations []cocoAnnotation `json:"annotations"`
	Categories  []struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	} `json:"categories"`
}

type cocoAnnotation struct {
	ID           int             `json:"id"`
	ImageID      int             `json:"image_id"`
	CategoryID   int             `json:"category_id"`
	IsCrowd      int             `json:"iscrowd"`
	Segmentation json.RawMessage `json:"segmentation"`
}

// ReadCOCO reads a manifest from a COCO file: polygons, and run-lengths plain or compressed. A category is the class
// of its name unless opt.Map gives its id another. What is marked as a crowd is ignored where opt.Ignore is a class
// index, and else the class it says. Masks are drawn when they are asked for.
//
// Findings say what is wrong with the file: ids that occur twice or lead nowhere, categories that are no class, shapes
// that make no sense or lie outside of their picture, pictures that are not there or not in the file. The error is
// about a file that cannot be read at all.
func ReadCOCO(file string, opt RegionOptions) (Manifest, Findings, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, fmt.Errorf("annotations: %w", err)
	}
	var f cocoFile
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, nil, fmt.Errorf("annotations %s: %w", file, jsonMistake(text, err))
	}
	if len(f.Images) == 0 {
		return nil, nil, fmt.Errorf(`annotations %s: no "images": is it a COCO file?`, file)
	}
	g, err := newGatherer(file, opt)
	if err != nil {
		return nil, nil, fmt.Errorf("annotations %s: %w", file, err)
	}
	c := &cocoReader{gatherer: g, file: &f, images: map[int]int{}, index: map[int]int{}}
	c.readImages()
	c.readCategories()
	c.readAnnotations()
	return g.finish()
}

// jsonMistake adds the line of a mistake, from 1.
func jsonMistake(text []byte, err error) error {
	offset := int64(-1)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
		if err = fmt.Errorf("%s: wants %s, not a JSON %s", kind.Field, kind.Type, kind.Value); kind.Field == "" {
			err = fmt.Errorf(`wants an object with "images", "annotations" and "categories", not a JSON %s`, kind.Value)
		}
	}
	if offset < 0 {
		return err
	}
	line := 1 + bytes.Count(text[:min(offset, int64(len(text)))], []byte("\n"))
	return fmt.Errorf("line %d: %w", line, err)
}

// A cocoReader turns a file's lists into records.
type cocoReader struct {
	*gatherer
	file       *cocoFile
	images     map[int]int // place of a record by the image's id; -1 if it has none
	index      map[int]int // place in "images" of an id
	categories map[int]category
}

// category is what is known of a category's id.
type category struct {
	place int
	class uint8
	err   error
}

func (c *cocoReader) readImages() {
	listed := map[string]int{} // place of a picture
	for i, im := range c.file.Images {
		where := fmt.Sprintf("images[%d] (id %d)", i, im.ID)
		if first, twice := c.index[im.ID]; twice {
			c.wrong("duplicate id", where, "the id is that of images[%d]; allowed: each once", first)
			continue
		}
		c.index[im.ID], c.images[im.ID] = i, -1
		rel, err := c.folder.find(im.FileName)
		if err != nil {
			c.wrong("missing image", where, "%v", err)
			continue
		}
		if first, twice := listed[rel]; twice {
			c.wrong("duplicate image", where, "the picture %s is that of images[%d]; allowed: each once", rel, first)
			continue
		}
		listed[rel] = i
		if _, twice := c.byID[stem(rel)]; twice {
			c.wrong("duplicate image", where, "another picture is called %q but for its extension", stem(rel))
			continue
		}
		c.images[im.ID] = c.add(rel, im.Height, im.Width)
	}
}

func (c *cocoReader) readCategories() {
	c.categories = map[int]category{}
	for i, k := range c.file.Categories {
		if first, twice := c.categories[k.ID]; twice {
			c.wrong("duplicate id", fmt.Sprintf("categories[%d] (id %d)", i, k.ID),
				"the id is that of categories[%d]; allowed: each once", first.place)
			continue
		}
		class, err := c.opt.class(k.ID, true, k.Name)
		c.categories[k.ID] = category{i, class, err}
	}
}

func (c *cocoReader) readAnnotations() {
	seen := map[int]int{}
	var unknown []int // categories without a class
	count := map[int]int{}
	for i, a := range c.file.Annotations {
		where := fmt.Sprintf("annotations[%d] (id %d)", i, a.ID)
		if first, twice := seen[a.ID]; twice {
			c.wrong("duplicate id", where, "the id is that of annotations[%d]; allowed: each once", first)
			continue
		}
		seen[a.ID] = i
		place, ok := c.images[a.ImageID]
		if !ok {
			c.wrong("dangling id", where, "image_id %d is no id in \"images\"", a.ImageID)
			continue
		}
		k, ok := c.categories[a.CategoryID]
		switch {
		case !ok:
			c.wrong("dangling id", where, "category_id %d is no id in \"categories\"", a.CategoryID)
			continue
		case k.err != nil:
			if count[a.CategoryID]++; count[a.CategoryID] == 1 {
				unknown = append(unknown, a.CategoryID)
			}
			continue
		case place >= 0:
			c.annotate(c.records[place].Drawn, a, k.class, where)
		}
	}
	for _, id := range slices.Sorted(slices.Values(unknown)) {
		k := c.categories[id]
		c.wrong("unknown category", fmt.Sprintf("categories[%d] (id %d)", k.place, id), "%v; annotations with it: %d",
			k.err, count[id])
		c.findings[len(c.findings)-1].Count = count[id]
	}
}

// annotate adds a region to a mask.
func (c *cocoReader) annotate(d *Drawn, a cocoAnnotation, class uint8, where string) {
	s, err := parseShape(a.Segmentation)
	switch {
	case err != nil:
		c.wrong("shape", where, "segmentation: %v", err)
		return
	case s == nil:
		c.warn("shape", where, "no segmentation: it marks no pixel")
		return
	}
	if p, ok := s.(polygons); ok && d.H > 0 && !c.within(p, d, where) {
		return
	}
	if a.IsCrowd != 0 && c.opt.Ignore >= 0 {
		class = uint8(c.opt.Ignore)
	}
	d.Regions = append(d.Regions, Region{Where: where, Class: class, shape: s})
}

// within reports polygons that leave their picture by more than a pixel, and returns false if nothing is left.
func (c *cocoReader) within(p polygons, d *Drawn, where string) bool {
	low, high := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, xy := range p {
		for i, v := range xy {
			low[i%2], high[i%2] = min(low[i%2], v), max(high[i%2], v)
		}
	}
	text := fmt.Sprintf("x %v to %v and y %v to %v; the image has x 0 to %d and y 0 to %d",
		low[0], high[0], low[1], high[1], d.W, d.H)
	switch w, h := float64(d.W), float64(d.H); {
	case high[0] <= 0 || high[1] <= 0 || low[0] >= w || low[1] >= h:
		c.wrong("outside", where, "the polygon lies outside: %s", text)
		return false
	case low[0] < -1 || low[1] < -1 || high[0] > w+1 || high[1] > h+1:
		c.warn("outside", where, "the polygon is cut off: %s", text)
	}
	return true
}

// parseShape reads a segmentation; nil if it is empty.
func parseShape(text json.RawMessage) (shape, error) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	if text[0] == '{' {
		return parseCounts(text)
	}
	var p polygons
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, errors.New(`wants polygons, [[x, y, x, y, x, y, …], …], or run-lengths, {"size": [h, w], "counts": …}`)
	}
	for i, xy := range p {
		if len(xy)%2 != 0 || len(xy) < 6 {
			return nil, fmt.Errorf("polygon %d has %d numbers; allowed: x and y of three or more corners", i+1, len(xy))
		}
	}
	if len(p) == 0 {
		return nil, nil
	}
	return p, nil
}

func parseCounts(text json.RawMessage) (shape, error) {
	var r struct {
		Size   []int           `json:"size"`
		Counts json.RawMessage `json:"counts"`
	}
	if err := json.Unmarshal(text, &r); err != nil || len(r.Size) != 2 {
		return nil, errors.New(`run-lengths want "size": [height, width]`)
	}
	c := counts{h: r.Size[0], w: r.Size[1]}
	if json.Unmarshal(r.Counts, &c.packed) == nil {
		return c, nil
	}
	if json.Unmarshal(r.Counts, &c.plain) != nil || c.plain == nil {
		return nil, errors.New(`run-lengths want "counts": a list of whole numbers, or a text`)
	}
	return c, nil
}

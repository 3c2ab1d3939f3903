package workflow

import (
	"cmp"
	"regexp"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// tableSettings are the keys of data.rle beside the dialect.
type tableSettings struct {
	ImageColumn string `yaml:"image_column"`
	ClassColumn string `yaml:"class_column"`
	RLEColumn   string `yaml:"rle_column"`
	Joint       string `yaml:"joint"`
	Order       string `yaml:"order"`
	Base        int    `yaml:"base"`
	Empty       string `yaml:"empty"`
}

// The dialects of package data become choices.
func init() {
	for _, d := range data.Dialects() {
		t := d.Table
		empty := ""
		if len(t.Code.Empty) > 0 {
			empty = t.Code.Empty[0]
		}
		config.Register("data.rle.dialect", config.Choice{Name: d.Name, Doc: d.Doc, Settings: func() any {
			return &tableSettings{
				ImageColumn: t.Image, ClassColumn: t.Class, RLEColumn: t.Runs, Joint: t.Joint,
				Order: string(t.Code.Order), Base: t.Code.Base, Empty: empty,
			}
		}})
	}
}

// table returns how a configuration's tables of run-lengths are written.
func table(cfg *config.Config) data.RLETable {
	s := cfg.Settings("data.rle.dialect").(*tableSettings)
	t := data.RLETable{
		Image: s.ImageColumn, Class: s.ClassColumn, Runs: s.RLEColumn, Joint: s.Joint,
		Code: raster.RLE{Order: raster.Order(s.Order), Base: s.Base},
	}
	for _, word := range []string{s.Empty, "-", "-1", "-1 -1"} {
		if word != "" {
			t.Code.Empty = append(t.Code.Empty, word)
		}
	}
	return t
}

// regions reads a file of annotations; key is what a mistake is about.
func (s *source) regions(cfg *config.Config, key, images, file string) (data.Manifest, error) {
	d := cfg.Data
	opt := data.RegionOptions{
		Images: cmp.Or(images, d.Images), Classes: countedClasses(cfg, s.classes), Map: s.code.Map, Ignore: ignored(cfg),
		Background: d.Background, Overlap: data.Overlap(d.Overlap), Unlisted: data.Unlisted(d.Unlisted),
	}
	if d.Group != "" {
		opt.Group = regexp.MustCompile(d.Group)
	}
	var m data.Manifest
	var findings data.Findings
	var err error
	if d.Kind == "coco" {
		m, findings, err = data.ReadCOCO(file, opt)
	} else {
		m, findings, err = data.ReadRLE(file, table(cfg), opt)
	}
	if err != nil {
		return nil, located(cfg, key, err)
	}
	return m, s.take(cfg, key, findings)
}

// take keeps findings. Unless the source is lenient, those that training cannot go on with are an error.
func (s *source) take(cfg *config.Config, key string, findings data.Findings) error {
	s.findings = append(s.findings, findings...)
	if err := findings.Err(); err != nil && !s.lenient {
		return located(cfg, key, err)
	}
	return nil
}

// validation lists the samples that validate where they have folders or a file of their own.
func (s *source) validation(cfg *config.Config) (data.Manifest, error) {
	v := cfg.Data.Val
	if v.Annotations != "" {
		return s.regions(cfg, "data.val.annotations", v.Images, v.Annotations)
	}
	return s.scan(cfg, "data.val.images", v.Images, v.Masks)
}

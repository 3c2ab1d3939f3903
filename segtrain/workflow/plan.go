package workflow

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tessera/internal/parallel"
	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/metric"
	"tessera/segtrain/plan"
	"tessera/segtrain/predict"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/segtrain/split"
)

// PlanTimeOptions say what has to be predicted, in what time, and with what.
type PlanTimeOptions struct {
	Targets []string // runs and cross-validations, which are their folds
	Images  int      // that are predicted; 0: those in Folder
	Folder  string   // of the pictures that are predicted; empty: validation images stand for them
	Budget  time.Duration
	Reserve float64  // part of the budget that is left alone
	Views   []string // sets of views to try, as predict --tta has them, beside the picture alone; nil: DefaultPlanViews
	Tiles   [][2]int // H, W of tiles to try, beside whole pictures
	Overlap float64  // of tiles
	Gains   []string // files: see plan.ReadGains

	measure func(context.Context, *config.Config, data.Manifest) (plan.Cost, error) // speed; nil: measureCost
}

// DefaultPlanViews are the views that are tried.
var DefaultPlanViews = []string{"hflip", "flips", "d4", "hflip,scale=0.75:1.25"}

// A TimePlan is the plans that there are for predicting within a time.
type TimePlan struct {
	Images        int           `json:"images"`
	BudgetSeconds float64       `json:"budget_seconds"`
	Reserve       float64       `json:"reserve"`
	Members       []PlanMember  `json:"members"`
	Plans         []PlannedTime `json:"plans"`   // the chosen one first, if any fits
	Command       string        `json:"command"` // of the chosen plan; empty if none fits
}

// PlanMember is a model that plans may use.
type PlanMember struct {
	Dir     string       `json:"dir"`
	Size    [2]int       `json:"size"`
	MeanIoU metric.Score `json:"mean_iou"` // of its validation images; NaN: not known
	plan.Cost
}

// PlannedTime is one plan.
type PlannedTime struct {
	Members   []int        `json:"members"` // of TimePlan.Members
	Views     string       `json:"views"`
	Tile      string       `json:"tile"`
	PerSecond float64      `json:"images_per_second"`
	Seconds   float64      `json:"seconds"` // altogether
	Fits      bool         `json:"fits"`
	Expected  metric.Score `json:"expected_mean_iou"` // NaN: not known
}

// PlanTime measures the speed of models on this machine, and says which of them, with which views, predict so many pictures in a
// time.
func PlanTime(ctx context.Context, po PlanTimeOptions, o Options) (*TimePlan, error) {
	o = o.withDefaults()
	if po.measure == nil {
		po.measure = measureCost
	}
	if po.Views == nil {
		po.Views = DefaultPlanViews
	}
	p := &timePlanner{PlanTimeOptions: po, o: o, speeds: map[string]plan.Cost{}}
	if err := p.begin(); err != nil {
		return nil, err
	}
	for _, dir := range p.dirs {
		if err := p.member(ctx, dir); err != nil {
			return nil, err
		}
	}
	return p.choose()
}

// timePlanner is one PlanTime.
type timePlanner struct {
	PlanTimeOptions
	o       Options
	dirs    []string       // of runs
	whole   map[string]int // folds of the cross-validations among the targets
	folder  data.Manifest  // the pictures of Folder
	gains   plan.Gains
	speeds  map[string]plan.Cost // by what they depend on
	members []PlanMember
	picture [2]int // H, W of a picture that is predicted
}

// begin reads everything but models.
func (p *timePlanner) begin() (err error) {
	p.whole = map[string]int{}
	for _, target := range p.Targets {
		file := filepath.Join(target, CVConfigFile)
		if _, err := os.Stat(file); err != nil {
			p.dirs = append(p.dirs, filepath.Clean(target))
			continue
		}
		s, err := split.ReadFile(filepath.Join(target, record.SplitFile))
		if err != nil {
			return err
		}
		p.whole[filepath.Clean(target)] = s.Folds()
		for fold := range s.Folds() {
			p.dirs = append(p.dirs, filepath.Join(target, fmt.Sprintf("fold%d", fold)))
		}
	}
	for i, dir := range p.dirs {
		if slices.Index(p.dirs, dir) < i {
			return fmt.Errorf("%s is named twice", dir)
		}
	}
	if p.Folder != "" {
		if p.folder, err = inputRecords([]string{p.Folder}); err != nil {
			return err
		}
		if p.Images == 0 {
			p.Images = len(p.folder)
		}
	}
	p.gains, err = plan.ReadGains(p.Gains...)
	return err
}

// member measures a run, unless one of the same model was measured already.
func (p *timePlanner) member(ctx context.Context, dir string) error {
	cfg, err := LoadRun(dir)
	if err != nil {
		return err
	}
	m := PlanMember{Dir: dir, Size: cfg.Data.Size, MeanIoU: metric.Score(math.NaN())}
	switch result, err := readMetrics(dir); {
	case err == nil:
		m.MeanIoU = result.MeanIoU
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	records := p.folder
	if records == nil {
		s, err := openSource(cfg, filepath.Join(dir, DataFolder))
		if err != nil {
			return fmt.Errorf("%w\nname a folder of pictures with --images to measure with", err)
		}
		records = unmasked(s.val)
	}
	if p.picture == [2]int{} {
		info, err := raster.Probe(records[0].Image)
		if err != nil {
			return err
		}
		p.picture = [2]int{info.H, info.W}
	}
	key := speedKey(cfg)
	cost, known := p.speeds[key]
	if !known {
		p.o.Log.Info("measuring", "run", dir, "size", fmt.Sprintf("%d×%d", cfg.Data.Size[0], cfg.Data.Size[1]))
		if cost, err = p.measure(ctx, cfg, records); err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		p.speeds[key] = cost
	}
	m.Cost = cost
	p.members = append(p.members, m)
	return nil
}

// unmasked returns records as they are predicted.
func unmasked(m data.Manifest) data.Manifest {
	list := make(data.Manifest, len(m))
	for i, r := range m {
		list[i] = data.Record{ID: r.ID, Image: r.Image, Fold: data.NoFold}
	}
	return list
}

// speedKey is what the speed of a model depends on.
func speedKey(cfg *config.Config) string {
	m, d := cfg.Model, cfg.Data
	return fmt.Sprint(m.Arch.Name, m.Arch.Settings, m.Encoder, m.DecoderChannels, m.Stem, d.Size, d.Channels, d.Resize, len(d.Classes), cfg.Task,
		cfg.Train.Batch, d.Workers, parallel.Workers())
}

// choose makes the plans.
func (p *timePlanner) choose() (*TimePlan, error) {
	r := plan.Request{Images: p.Images, Budget: p.Budget, Reserve: p.Reserve, Together: p.gains.Members}
	for _, m := range p.members {
		r.Members = append(r.Members, plan.Member{Name: m.Dir, Score: float64(m.MeanIoU), Cost: m.Cost, Area: m.Size[0] * m.Size[1]})
	}
	var err error
	if r.Ways, err = p.ways(); err != nil {
		return nil, err
	}
	plans, err := plan.Choose(r)
	if err != nil {
		return nil, err
	}
	t := &TimePlan{Images: p.Images, BudgetSeconds: p.Budget.Seconds(), Reserve: p.Reserve, Members: p.members}
	for _, x := range plans {
		w := r.Ways[x.Way]
		t.Plans = append(t.Plans, PlannedTime{
			Members: x.Members, Views: w.Views, Tile: w.Tile, PerSecond: 1 / x.Seconds, Seconds: x.Seconds * float64(p.Images),
			Fits: x.Fits, Expected: metric.Score(x.Expected),
		})
	}
	if plans[0].Fits {
		t.Command = p.command(t.Plans[0])
	}
	return t, nil
}

// ways returns views of whole pictures and of tiles.
func (p *timePlanner) ways() ([]plan.Way, error) {
	var list []plan.Way
	for _, tile := range append([][2]int{{}}, p.Tiles...) {
		name, pixels := "", 0
		if tile != [2]int{} {
			name = fmt.Sprintf("%dx%d", tile[0], tile[1])
			n := plan.Tiles(p.picture[0], p.picture[1], tile[0], tile[1], p.Overlap)
			pixels = n * tile[0] * tile[1]
		}
		for _, views := range append([]string{""}, p.Views...) {
			seen, err := viewSet(views)
			if err != nil {
				return nil, err
			}
			w := plan.Way{Views: views, Tile: name, Passes: predict.Cost(seen), Pixels: pixels, Gain: math.NaN()}
			key := views
			if name != "" {
				key = strings.TrimSpace(views + " --tile " + name)
			}
			if gain, ok := p.gains.Views[key]; ok {
				w.Gain = gain
			} else if key == "" {
				w.Gain = 0
			}
			list = append(list, w)
		}
	}
	return list, nil
}

// command returns what predicts as planned. The folds of a cross-validation that are all used are called by its name.
func (p *timePlanner) command(x PlannedTime) string {
	used := map[string]int{}
	for _, i := range x.Members {
		used[filepath.Dir(p.members[i].Dir)]++
	}
	var names []string
	for _, i := range x.Members {
		name := p.members[i].Dir
		if up := filepath.Dir(name); p.whole[up] > 0 && used[up] == p.whole[up] {
			name = up
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	input := "IMAGES"
	if p.Folder != "" {
		input = p.Folder
	}
	text := fmt.Sprintf("segtrain predict %s %s", strings.Join(names, ","), input)
	if x.Views != "" {
		text += " --tta " + x.Views
	}
	if x.Tile != "" {
		text += " --tile " + x.Tile
	}
	return text
}

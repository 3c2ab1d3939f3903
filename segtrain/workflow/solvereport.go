package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tessera/segtrain/record"
	"tessera/segtrain/report"
	"tessera/segtrain/solve"
)

// reportInputs are what all stages came to.
func (s *solver) reportInputs() ([]solve.Input, error) {
	marks := slices.DeleteFunc(slices.Clone(s.runner.Marks().Stages), func(m *solve.Mark) bool { return m.Stage == "report" })
	text, err := json.Marshal(marks)
	return []solve.Input{solve.Text("result of the stages before", string(text))}, err
}

// runReport writes the page and the text.
func (s *solver) runReport(ctx context.Context) (any, error) {
	story := report.Story{
		Title: "From pictures to a submission", Finished: time.Now(), Names: s.together.classes(), Palette: classColors(s.cfg, len(classNames(s.cfg))),
		Subtitle: fmt.Sprintf("%s with %s, %v, on %d images; %d predicted", s.cfg.Model.Arch.Name, s.cfg.Model.Encoder, s.plan.Size,
			s.folds.samples(), len(s.test)),
	}
	for _, x := range s.summary() {
		name, note, _ := strings.Cut(x[0], ": ")
		story.Headline = append(story.Headline, [3]string{name, x[1], note})
	}
	worst, best, err := s.trainedPictures(ctx)
	if err != nil {
		return nil, err
	}
	predicted, err := s.predictedPictures()
	if err != nil {
		return nil, err
	}
	cv, err := s.cvChapter()
	if err != nil {
		return nil, err
	}
	story.Chapters = []report.Chapter{
		s.stagesChapter(), s.dataChapter(), s.splitChapter(), s.debugChapter(), cv, s.togetherChapter(), s.viewsChapter(), s.postChapter(),
		{Title: "Worst images, out of fold", Text: []string{"Worst first. Wrong pixels are red. Each image by the model that did not train on it, " +
			"alone, without views and post-processing."}, Pictures: worst},
		{Title: "Best images, out of fold", Text: []string{"Best first."}, Pictures: best},
		{Title: "Predicted images", Text: []string{"Spread evenly over what was predicted, by all folds together."}, Pictures: predicted},
		s.submitChapter(), s.commandsChapter(),
	}
	return nil, report.WriteStory(s.path(SolveReportFile), s.path(SolveTextFile), story)
}

func (t solveTogether) classes() (names []string) {
	for _, c := range t.Report.PerClass {
		names = append(names, c.Name)
	}
	return names
}

// summary are the numbers to look at first: a name, with a note behind a colon, and a value.
func (s *solver) summary() [][2]string {
	var list [][2]string
	for _, x := range s.cv.Scores {
		if x.Name == "mean_iou" {
			list = append(list, [2]string{fmt.Sprintf("Mean IoU: over %d folds, ± sd", x.N), x.String()})
		}
	}
	list = append(list, [2]string{"Out of fold: mean IoU of all pixels, at the images' own sizes", s.together.MeanIoU.String()})
	views := [2]string{"Views: of test-time augmentation", "none"}
	if s.views.Chosen != "" {
		views[1] = s.views.Chosen
	}
	post := [2]string{"Post-processing: nested gain", "none"}
	if s.post.PostFit != nil && len(s.post.Setting) > 0 {
		post[1] = fmt.Sprintf("%+.4f", s.post.Gain)
	}
	return append(list, views, post, [2]string{"Predicted: images", fmt.Sprint(s.submitted.Images)},
		[2]string{"Time: of all stages", solve.Long(s.runner.Spent())})
}

// warnings are those of all stages.
func (s *solver) warnings() (list []string) {
	list = append(list, s.seen.Warnings...)
	list = append(list, s.trainedFolds().Warnings...)
	if s.plan.Debug != nil {
		for _, c := range s.plan.Debug.Checks {
			if c.Verdict == Warn {
				list = append(list, c.Name+": "+strings.Join(c.Cures, "; "))
			}
		}
	}
	for _, g := range s.plan.Given {
		list = append(list, "given up for time: "+g)
	}
	return append(list, s.submitted.Warnings...)
}

func (s *solver) stagesChapter() report.Chapter {
	t := &report.Table{Head: []string{"stage", "time", "attempts", "what it came to"}, Words: true}
	said := s.said()
	for _, m := range s.runner.Marks().Stages {
		if m.Stage != "report" {
			t.Rows = append(t.Rows, []string{m.Stage, solve.Long(m.Seconds), fmt.Sprint(m.Attempts), said[m.Stage]})
		}
	}
	return report.Chapter{Title: "Stages", Text: s.chosen, Table: t, Warnings: s.warnings(), Links: []string{solve.MarksFile, solveConfig, SolvePlanFile}}
}

// said is a line on each stage.
func (s *solver) said() map[string]string {
	said := map[string]string{
		"init":  solveConfig,
		"check": fmt.Sprintf("%d warnings", len(s.seen.Warnings)),
		"split": fmt.Sprintf("%s, %d folds, split %.12s", s.folds.Kind, s.folds.K, s.folds.Hash),
		"debug": fmt.Sprintf("passed; %v, forecast %s", s.plan.Size, solve.Long(s.plan.Seconds)),
		"tta":   "no views", "post": "nothing",
		"ensemble": fmt.Sprintf("mean IoU %v out of fold, at the images' own sizes", s.together.MeanIoU),
	}
	for _, x := range s.cv.Scores {
		if x.Name == "mean_iou" {
			said["cv"] = "mean IoU " + x.String()
		}
	}
	if s.views.Chosen != "" {
		said["tta"] = s.views.Chosen
	}
	if s.post.PostFit != nil && len(s.post.Setting) > 0 {
		said["post"] = fmt.Sprintf("%d steps", len(s.post.Setting))
	}
	if s.predicted.Prediction != nil {
		said["predict"] = fmt.Sprintf("%d images, %.2g a second", s.predicted.Images, s.predicted.ImagesPerSecond)
	}
	n, what := s.submitted.Files, "PNG files"
	if s.submitted.Rows > 0 {
		n, what = s.submitted.Rows, "rows"
	}
	said["submit"] = fmt.Sprintf("%s: %d %s, read back", filepath.Base(s.submitted.Out), n, what)
	return said
}

func (s *solver) dataChapter() report.Chapter {
	c := report.Chapter{Title: "Data", Warnings: s.seen.Warnings, Links: []string{"check/" + CheckFile}}
	var parts, sizes []string
	for _, p := range s.seen.Parts {
		parts = append(parts, fmt.Sprintf("%s %d", p.Name, p.Images))
	}
	for _, z := range s.seen.Sizes {
		sizes = append(sizes, fmt.Sprintf("%d×%d (%d)", z.Height, z.Width, z.Images))
	}
	c.Text = []string{
		"Images: " + strings.Join(parts, ", ") + ". Height × width: " + strings.Join(sizes, ", ") + ".",
		fmt.Sprintf("%d masks show nothing%s; %d sets of images look the same, and %d pairs of them are parted.",
			s.seen.Empty, map[bool]string{false: " but the first class"}[s.cfg.Flags()], s.seen.Alike, s.seen.Leaks),
	}
	c.Table = &report.Table{Head: []string{"class", "of the pixels", "images"}}
	for _, k := range s.seen.Classes {
		c.Table.Rows = append(c.Table.Rows, []string{k.Name, fmt.Sprintf("%.2f %%", 100*k.Share), fmt.Sprint(k.Images)})
	}
	if s.seen.Ignored.Pixels > 0 {
		c.Table.Rows = append(c.Table.Rows, []string{"ignored", fmt.Sprintf("%.2f %%", 100*s.seen.Ignored.Share), fmt.Sprint(s.seen.Ignored.Images)})
	}
	return c
}

func (s *solver) splitChapter() report.Chapter {
	f := s.trainedFolds()
	c := report.Chapter{Title: "Split", Warnings: f.Warnings, Links: []string{"split.csv", "split.png"}, Text: []string{
		fmt.Sprintf("%s, %d folds, split %.12s. Shares of pixels differ from those of all by %.1f %% in the mean and %.1f %% at most.",
			f.Kind, f.K, f.Hash, 100*f.Balance.Deviation, 100*f.Balance.Worst)}}
	c.Table = &report.Table{Head: []string{"", "all"}}
	images, groups := []string{"images", fmt.Sprint(f.Balance.All.Images)}, []string{"groups", fmt.Sprint(f.Balance.All.Groups)}
	for i, p := range f.Balance.Folds {
		c.Table.Head = append(c.Table.Head, fmt.Sprintf("fold %d", i))
		images, groups = append(images, fmt.Sprint(p.Images)), append(groups, fmt.Sprint(p.Groups))
	}
	c.Table.Rows = append(c.Table.Rows, images)
	if f.Balance.All.Groups > 0 {
		c.Table.Rows = append(c.Table.Rows, groups)
	}
	for k, name := range f.Classes {
		row := []string{name, fmt.Sprintf("%.2f %%", 100*f.Balance.All.Shares[k])}
		for _, p := range f.Balance.Folds {
			row = append(row, fmt.Sprintf("%.2f %%", 100*p.Shares[k]))
		}
		c.Table.Rows = append(c.Table.Rows, row)
	}
	return c
}

func (s *solver) debugChapter() report.Chapter {
	p := s.plan
	c := report.Chapter{Title: "Debug run and forecast", Links: []string{solveDebug + "/" + record.ReportFile}, Text: []string{
		fmt.Sprintf("%v: about %s for training, measuring views and predicting.", p.Size, solve.Long(p.Seconds))}}
	if s.Hours > 0 {
		c.Text = append(c.Text, fmt.Sprintf("With --hours %g there were %s left for that, %.0f %% kept in reserve. Wanted: %v, about %s.", s.Hours,
			solve.Long(p.Limit), 100*solveReserve, p.Wanted, solve.Long(p.Cost.Seconds(p.Wanted))))
	}
	for _, g := range p.Given {
		c.Warnings = append(c.Warnings, "given up for time: "+g)
	}
	c.Table = &report.Table{Head: []string{"check", "verdict", "found"}, Words: true}
	for _, x := range p.Debug.Checks {
		c.Table.Rows = append(c.Table.Rows, []string{x.Name, string(x.Verdict), x.Text})
	}
	return c
}

package workflow

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"tessera/segtrain/predict"
	"tessera/segtrain/record"
	"tessera/segtrain/report"
	"tessera/segtrain/solve"
)

// cvChapter shows the folds side by side, with their curves.
func (s *solver) cvChapter() (report.Chapter, error) {
	text, err := os.ReadFile(s.path(solveCVDir + "/" + CVFile))
	if err != nil {
		return report.Chapter{}, err
	}
	var cv CrossValidation
	if err := json.Unmarshal(text, &cv); err != nil {
		return report.Chapter{}, fmt.Errorf("%s: %w", CVFile, err)
	}
	c := report.Chapter{Title: "Cross-validation", Links: []string{solveCVDir + "/" + record.ReportFile},
		Text: []string{fmt.Sprintf("Each fold by the model that did not train on it, at %d×%d pixels; the best epoch is that of the fold, so that "+
			"scores are a little too good. All pixels together: mean IoU %v.", s.plan.Size.Pixels[0], s.plan.Size.Pixels[1], s.cv.MeanIoU)}}
	c.Table = &report.Table{Head: []string{"", "mean", "sd"}}
	times := []string{"training", "", ""}
	for _, f := range cv.Folds {
		c.Table.Head = append(c.Table.Head, fmt.Sprintf("fold %d", f.Fold))
		times = append(times, solve.Long(f.Metrics.Seconds))
		h, err := record.ReadHistory(fmt.Sprintf("%s/fold%d", s.path(solveCVDir), f.Fold))
		if err != nil {
			return report.Chapter{}, err
		}
		fold := report.CVFold{Name: fmt.Sprintf("fold %d", f.Fold), Images: f.Metrics.ValImages, BestEpoch: f.Metrics.BestEpoch, Seconds: f.Metrics.Seconds}
		for _, e := range h.Epochs {
			fold.Epochs = append(fold.Epochs, report.Epoch{Epoch: e.Epoch, Step: e.Step, TrainLoss: e.TrainLoss, ValLoss: e.ValLoss, MeanIoU: e.MeanIoU})
		}
		c.Folds = append(c.Folds, fold)
	}
	for _, list := range [][]Spread{s.cv.Scores, s.cv.IoU} {
		for _, x := range list {
			row := []string{x.Name, x.Mean.String(), x.SD.String()}
			for _, v := range x.Values {
				row = append(row, v.String())
			}
			c.Table.Rows = append(c.Table.Rows, row)
		}
	}
	c.Table.Rows = append(c.Table.Rows, times)
	return c, nil
}

func (s *solver) togetherChapter() report.Chapter {
	c := report.Chapter{Title: "Out of fold, at the images' own sizes", Links: []string{solveEnsemble, "ensemble.html"}, Text: []string{
		fmt.Sprintf("Mean IoU %v over the pixels of %d images. Other images are predicted by all folds together, which is usually better "+
			"than one model; by how much cannot be measured here, since each image has one model that did not train on it.",
			s.together.MeanIoU, s.together.Images)}}
	c.Table = &report.Table{Head: []string{"class", "IoU", "Dice"}}
	for _, k := range s.together.Report.PerClass {
		c.Table.Rows = append(c.Table.Rows, []string{k.Name, k.IoU.String(), k.Dice.String()})
	}
	return c
}

func (s *solver) viewsChapter() report.Chapter {
	c := report.Chapter{Title: "Test-time augmentation", Text: []string{s.views.Why}}
	if s.views.ViewsResult == nil || len(s.views.Sets) == 0 {
		return c
	}
	c.Text = append(c.Text, fmt.Sprintf("Measured on %d images that the models did not see, at their own sizes: mean IoU %.4f without views, "+
		"%.3g s an image.", s.views.Images, s.views.MeanIoU, s.views.Seconds))
	c.Table = &report.Table{Head: []string{"views", "n", "mean IoU", "gain of an image", "±", "s/image", "verdict"}}
	for _, g := range s.views.Sets {
		verdict := "within noise"
		switch {
		case g.Name == s.views.Chosen:
			verdict = "taken"
		case g.BeyondNoise:
			verdict = "better"
		case g.Gain < -predict.NoiseErrors*g.SE:
			verdict = "worse"
		}
		c.Table.Rows = append(c.Table.Rows, []string{g.Name, fmt.Sprint(g.Views), fmt.Sprintf("%.4f", g.MeanIoU), fmt.Sprintf("%+.4f", g.Gain),
			fmt.Sprintf("%.4f", g.SE), fmt.Sprintf("%.3g", g.Seconds), verdict})
	}
	return c
}

func (s *solver) postChapter() report.Chapter {
	c := report.Chapter{Title: "Post-processing", Text: []string{s.post.Why}, Links: []string{solvePostFile}}
	if s.post.PostFit == nil || s.post.Fitted == nil {
		return c
	}
	c.Text = append(c.Text, fmt.Sprintf("Mean %s without: %.4f; nested, each fold as fitted on the others: %.4f. Naive is judged on what it was "+
		"fitted on, and not to be believed.", s.post.Metric, s.post.Plain, s.post.Nested))
	if len(s.post.Setting) > 0 {
		c.Text = append(c.Text, "Taken: "+strings.Join(s.post.Setting, ", ")+".")
	}
	c.Table = &report.Table{Head: []string{"step", "naive", "nested", "gain", "95 % interval", "verdict"}}
	for _, t := range s.post.Trials {
		verdict := "within noise"
		switch {
		case t.Proposed:
			verdict = "taken"
		case t.Setting == "":
			verdict = "no setting helps"
		}
		c.Table.Rows = append(c.Table.Rows, []string{t.Name, fmt.Sprintf("%.4f", t.Naive), fmt.Sprintf("%.4f", t.Nested), fmt.Sprintf("%+.4f", t.Gain),
			fmt.Sprintf("%+.4f to %+.4f", t.Low, t.High), verdict})
	}
	return c
}

func (s *solver) submitChapter() report.Chapter {
	r := s.submitted
	n, what := r.Files, "PNG files"
	if r.Rows > 0 {
		n, what = r.Rows, "rows"
	}
	c := report.Chapter{Title: "Submission", Warnings: r.Warnings, Text: []string{fmt.Sprintf("%s: %d images, %d %s, %d without a pixel, "+
		"%d resized. Read back from the disk, every pixel is that of its mask.", r.Out, r.Images, n, what, r.Empty, r.Resized)}}
	c.Table = &report.Table{Head: []string{"class", "of the predicted pixels"}}
	if p := s.predicted.Prediction; p != nil {
		for i, name := range p.Classes {
			c.Table.Rows = append(c.Table.Rows, []string{name, fmt.Sprintf("%.2f %%", 100*float64(p.Pixels[i])/float64(max(1, p.TotalPixels)))})
		}
	}
	return c
}

// commandsChapter repeats each stage by hand.
func (s *solver) commandsChapter() report.Chapter {
	with := ""
	for _, x := range s.settings {
		with += " --set " + shell(x)
	}
	config, plan, cv := shell(s.path(solveConfig)), shell(s.path(SolvePlanFile)), shell(s.path(solveCVDir))
	var test, tests string
	for _, t := range s.Test {
		test, tests = test+" "+shell(t), tests+" --test "+shell(t)
	}
	var list []string
	if s.Config == "" {
		recipe := ""
		if s.Recipe != "" {
			recipe = " --recipe " + shell(s.Recipe)
		}
		list = append(list, fmt.Sprintf("segtrain init %s %s%s -o %s", shell(s.Images), shell(s.Masks), recipe, config))
	}
	predict := ""
	for _, x := range s.predicted.Settings {
		predict += " --set " + shell(x)
	}
	sample := ""
	if s.Sample != "" {
		sample = " --sample " + shell(s.Sample)
	}
	list = append(list,
		fmt.Sprintf("segtrain data check %s%s --out %s%s", config, tests, shell(s.path("check")), with),
		fmt.Sprintf("segtrain split %s --out %s", plan, shell(s.path("split.csv"))),
		fmt.Sprintf("segtrain train %s --set debug=true --out %s", plan, cv),
		fmt.Sprintf("segtrain cv %s --out %s", plan, cv),
		fmt.Sprintf("segtrain ensemble %s --out %s", cv, shell(s.path(solveEnsemble))),
		fmt.Sprintf("segtrain tta %s --images %d", cv, solveViewed),
		fmt.Sprintf("segtrain post fit %s --out %s", cv, shell(s.path(solvePostFile))),
		fmt.Sprintf("segtrain predict %s%s --out %s%s", shell(s.path(solveEnsemble)), test, shell(s.path(solveMasks)), predict),
		fmt.Sprintf("segtrain submit %s --config %s%s --out %s --force", shell(s.path(solveMasks)), plan, sample, shell(s.submitted.Out)),
	)
	return report.Chapter{Title: "Each stage by hand", Commands: list}
}

// shell quotes a word for a shell where it must be.
func shell(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\n'\"\\$`!*?[]{}()<>|&;#~^") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

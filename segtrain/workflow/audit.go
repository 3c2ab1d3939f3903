package workflow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/data"
	"tessera/segtrain/raster"
	"tessera/segtrain/record"
	"tessera/segtrain/refine"
)

// Files of an audit's folder.
const (
	AuditFolder       = "audit"        // of a cross-validation
	AuditFile         = "audit.json"   // the whole result
	AuditListFile     = "audit.csv"    // the images, the most suspicious first
	AuditFindingsFile = "findings.csv" // the regions, likewise
	AuditPageFile     = "audit.html"
	AuditSheetFile    = "audit.jpg" // the pictures of the page
)

// AuditOptions say what Audit looks at and writes.
type AuditOptions struct {
	Dir string // of a finished cross-validation
	Out string // folder to write to; empty is AuditFolder in Dir
	Top int    // images on the page, and of the actions proposed

	Write  string  // file of proposed actions; empty for none
	Action string  // which is proposed: drop, weight, relabel, ignore
	Weight float64 // of action weight
}

// An AuditResult is what an audit found.
type AuditResult struct {
	Dir      string   `json:"dir"`
	Out      string   `json:"out"`
	Split    string   `json:"split"`              // hash of the cross-validation's
	Classes  []string `json:"classes"`            // where they do not exclude each other two for each: "no X" and "X"
	Proposed string   `json:"proposed,omitempty"` // file of actions
	*refine.Audit
}

// Audit ranks the images of a cross-validation by how suspicious their labels are, by the predictions of models that did not train on
// them, and writes tables, a page and, if wanted, a list of actions for data.audit.
func Audit(ctx context.Context, ao AuditOptions, o Options) (*AuditResult, error) {
	o = o.withDefaults()
	if ao.Out == "" {
		ao.Out = filepath.Join(ao.Dir, AuditFolder)
	}
	x, err := newAudit(ao)
	if err != nil {
		return nil, err
	}
	o.Log.Info("learning how sure the models are", "images", x.ds.Len(), "classes", len(x.source.classes))
	if err := x.each(ctx, func(j judged) error { x.auditor.Learn(j.probabilities, j.truth); return nil }); err != nil {
		return nil, err
	}
	o.Log.Info("judging labels", "images", x.ds.Len())
	if err := x.each(ctx, func(j judged) error { x.auditor.Judge(j.id, j.probabilities, j.truth); return nil }); err != nil {
		return nil, err
	}
	x.result = &AuditResult{Dir: ao.Dir, Out: ao.Out, Split: x.folder.Split, Classes: x.names, Audit: x.auditor.Result()}
	if err := os.MkdirAll(ao.Out, 0o777); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	if err := errors.Join(x.writeTables(), x.writePage()); err != nil {
		return nil, err
	}
	if ao.Write != "" {
		x.result.Proposed = ao.Write
		err = x.propose()
	}
	return x.result, err
}

// audit is an audit under way.
type audit struct {
	*outOfFold
	AuditOptions
	names   []string // of the auditor's classes
	auditor *refine.Auditor
	result  *AuditResult
}

func newAudit(ao AuditOptions) (*audit, error) {
	if ao.Top < 0 {
		return nil, fmt.Errorf("audit: the top %d images; allowed: 0 or more", ao.Top)
	}
	o, err := openOutOfFold(ao.Dir)
	if err != nil {
		return nil, err
	}
	opt := refine.AuditOptions{Classes: len(o.source.classes), Flags: o.cfg.Flags(), Ignore: ignored(o.cfg)}
	if err := opt.Check(); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	x := &audit{outOfFold: o, AuditOptions: ao, names: o.source.classes}
	if opt.Flags {
		x.names = nil
		for _, name := range o.source.classes {
			x.names = append(x.names, "no "+name, name)
		}
	}
	if ao.Write != "" {
		if err := x.checkAction(); err != nil {
			return nil, err
		}
	}
	x.auditor = refine.NewAuditor(opt)
	return x, nil
}

// checkAction reports an action that cannot be proposed.
func (x *audit) checkAction() error {
	m := x.cfg.Data.Mask
	switch x.Action {
	case data.Drop:
	case data.Weight:
		if !(x.Weight >= data.LeastWeight && x.Weight <= 1) {
			return fmt.Errorf("audit: weight %v; allowed: %v to 1", x.Weight, data.LeastWeight)
		}
	case data.Relabel:
		if x.cfg.Task == config.Multilabel {
			return x.cfg.Mistake("task", "audit proposes to relabel where an image has one mask, but task is %s; there are: drop, weight, ignore", x.cfg.Task)
		}
		binary := m.Code == string(raster.BinaryCode) && x.cfg.Task == config.Binary
		if !binary && m.Code != string(raster.IndexCode) && m.Code != string(raster.PaletteCode) || len(m.Map) > 0 {
			return fmt.Errorf("audit: masks coded as %s cannot be written anew; allowed: index without a map, palette", m.Code)
		}
	case data.Ignore:
		if x.cfg.Data.Ignore == nil {
			return errors.New("audit: action ignore needs an ignore value: set data.ignore in the cross-validation's configuration")
		}
	default:
		return fmt.Errorf("audit: no action %q; there are: drop, weight, relabel, ignore", x.Action)
	}
	return nil
}

// top returns the most suspicious images.
func (x *audit) top() []refine.Suspect {
	return x.result.Images[:min(x.Top, len(x.result.Images))]
}

// look judges one image again, for its pictures.
func (x *audit) look(id string) (int, []*refine.Contradiction, error) {
	index := slices.IndexFunc(x.folder.Images, func(i oofImage) bool { return i.ID == id })
	j, err := x.judged(index)
	if err != nil {
		return 0, nil, err
	}
	return index, x.auditor.Look(j.probabilities, j.truth), nil
}

// propose writes a list of actions for the most suspicious images, and the masks that it refers to.
func (x *audit) propose() error {
	dir := filepath.Dir(x.Write)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	rows := [][]string{{"id", "action", "weight", "mask", "pixels", "note"}}
	for _, s := range x.top() {
		weight, mask, pixels, err := x.proposal(dir, s.ID)
		if err != nil {
			return err
		}
		rows = append(rows, []string{s.ID, x.Action, weight, mask, pixels, fmt.Sprintf("rank %d, score %.1f", s.Rank, s.Score)})
	}
	return writeTable(x.Write, rows)
}

// proposal returns the cells of an action, and writes the file that it wants below dir.
func (x *audit) proposal(dir, id string) (weight, mask, pixels string, err error) {
	switch x.Action {
	case data.Weight:
		return fmt.Sprint(x.Weight), "", "", nil
	case data.Relabel:
		mask = "relabeled/" + id + ".png"
	case data.Ignore:
		pixels = "contradicted/" + id + ".png"
	default:
		return "", "", "", nil
	}
	_, c, err := x.look(id)
	if err != nil {
		return "", "", "", err
	}
	file := filepath.Join(dir, filepath.FromSlash(mask+pixels))
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return "", "", "", fmt.Errorf("audit: %w", err)
	}
	if x.Action == data.Ignore {
		return "", "", pixels, raster.WriteMask(file, anyContradicted(c), nil)
	}
	suggested := &raster.Mask{H: c[0].H, W: c[0].W, Pix: c[0].Suggested}
	if x.cfg.Flags() {
		x.restoreIgnored(suggested.Pix)
	}
	colors := x.source.code.Palette
	if len(colors) > 0 && x.source.code.IgnoreColor != nil {
		colors = append(slices.Clip(colors), *x.source.code.IgnoreColor)
	}
	return "", mask, "", raster.WriteMask(file, suggested, colors)
}

// writeTables writes the result as JSON, and its lists as CSV.
func (x *audit) writeTables() error {
	text, err := record.JSON(x.result)
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	images := [][]string{{"rank", "id", "score", "iou_doubt", "contradiction", "mean_iou", "contradicted", "doubtful", "suggested", "fold", "action"}}
	for _, s := range x.result.Images {
		fold, _ := x.folder.Fold(s.ID)
		class, suggested := x.doubtful(s)
		images = append(images, []string{fmt.Sprint(s.Rank), s.ID, fmt.Sprintf("%.3f", s.Score), fmt.Sprintf("%.3f", s.IoUDoubt),
			fmt.Sprintf("%.3f", s.Contradiction), fmt.Sprintf("%.4f", s.MeanIoU), fmt.Sprintf("%.4f", s.Contradicted), class, suggested,
			fmt.Sprint(fold), ""})
	}
	findings := [][]string{{"rank", "id", "score", "given", "suggested", "area", "confidence", "box", "action"}}
	for _, f := range x.result.Findings {
		findings = append(findings, []string{fmt.Sprint(f.Rank), f.ID, fmt.Sprintf("%.3f", f.Score), x.names[f.Given],
			x.names[f.Suggested], fmt.Sprint(f.Area), fmt.Sprintf("%.3f", f.Confidence), boxText(f.Box), ""})
	}
	return errors.Join(writeText(filepath.Join(x.Out, AuditFile), string(text)),
		writeTable(filepath.Join(x.Out, AuditListFile), images), writeTable(filepath.Join(x.Out, AuditFindingsFile), findings))
}

// doubtful names the most doubtful class of an image and what it should be.
func (x *audit) doubtful(s refine.Suspect) (class, suggested string) {
	if len(s.Classes) == 0 || s.Classes[0].Z <= 0 {
		return "", ""
	}
	d := s.Classes[0]
	if d.Suggested >= 0 {
		suggested = x.names[d.Suggested]
	}
	return x.names[d.Class], suggested
}

func boxText(b refine.Box) string { return fmt.Sprintf("%d %d %d %d", b.X0, b.Y0, b.X1, b.Y1) }

// summary is a line on an image.
func (x *audit) summary(s refine.Suspect) string {
	parts := []string{fmt.Sprintf("%.1f %% contradicted", 100*s.Contradicted)}
	for _, d := range s.Classes[:min(3, len(s.Classes))] {
		if d.Z > 1 {
			parts = append(parts, fmt.Sprintf("%s: IoU %.2f, usually %.2f", x.names[d.Class], d.IoU, d.Usual))
		}
	}
	return strings.Join(parts, "; ")
}

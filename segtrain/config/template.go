package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// Facts are what was seen in a folder of pictures and a folder of masks.
type Facts struct {
	Kind        string   `json:"kind,omitempty"`         // folders (or empty), coco, rle
	Task        string   `json:"task,omitempty"`         // empty is multiclass
	Annotations string   `json:"annotations,omitempty"`  // file of regions in place of masks (coco, rle)
	Dialect     string   `json:"dialect,omitempty"`      // of a table of run-lengths
	Unlisted    string   `json:"unlisted,omitempty"`     // what becomes of pictures that the file does not mention; "" if there are none
	Images      string   `json:"images"`                 // folder; absolute, or relative to that of the file
	Masks       string   `json:"masks"`                  // likewise
	Pattern     string   `json:"pattern,omitempty"`      // of the masks' names, with {stem}; "" for the default
	Count       int      `json:"count"`                  // pairs
	H           int      `json:"height"`                 // commonest height of the pictures, in pixels
	W           int      `json:"width"`                  // and width
	Sizes       int      `json:"sizes"`                  // different sizes
	Channels    int      `json:"channels"`               // of the pictures
	MaskCode    string   `json:"mask_code"`              // index, binary, palette, onehot or channels
	Values      []int    `json:"values,omitempty"`       // different values (index, binary), in any order
	Colors      [][3]int `json:"colors,omitempty"`       // different colors (palette), in class order
	Classes     []string `json:"classes,omitempty"`      // names of the classes if they are known
	GroupRegexp string   `json:"group_regexp,omitempty"` // finds each picture's group; "" if none was guessed
	Groups      int      `json:"groups,omitempty"`       // number of groups it finds
}

// RecipeTemplate is Template with a recipe in place of what it would say of the network and its training: comments, keys of data, and
// other keys, which are lines of YAML that end in newlines. binary says that the recipe is for one class and the rest, which the masks
// must be too.
func RecipeTemplate(f Facts, comments, data, rest string, binary bool) ([]byte, error) {
	t := &template{Facts: f, binary: binary, sized: strings.Contains("\n"+data, "\n  size:")}
	if n := t.kinds(); binary && n != 2 {
		return nil, fmt.Errorf("the recipe is for one class and the rest (task: binary), and the masks hold %d kinds of pixels; "+
			"choose another, or make masks of one class", n)
	}
	switch {
	case f.Task == Multilabel && !binary:
		return nil, errors.New("the recipe is for classes that exclude each other (task: multiclass), and the masks show each class by itself, " +
			"so that classes may overlap (task: multilabel); leave the recipe out and take from it what fits")
	case f.Annotations != "" && f.Task == Binary && !binary:
		t.Classes = append([]string{"background"}, f.Classes...)
	}
	t.line("# Written from %d pictures and their masks, with a recipe. Keys that are not here keep their defaults.\n#", f.Count)
	t.b.WriteString(comments)
	t.line("")
	t.debug()
	t.source()
	t.labels()
	t.b.WriteString(data)
	t.input()
	t.b.WriteString(rest)
	return []byte(t.b.String()), nil
}

// OneClass tells whether masks hold 0 and one other value, and so one class and the rest.
func (f Facts) OneClass() bool {
	values := slices.Compact(slices.Sorted(slices.Values(f.Values)))
	return f.MaskCode != "palette" && len(values) == 2 && values[0] == 0
}

// kinds counts what the masks tell apart.
func (t *template) kinds() int {
	switch {
	case t.Task == Multilabel:
		return 1 + len(t.Classes)
	case t.Annotations != "" && t.Task == Binary:
		return 2
	case t.Annotations != "":
		return len(t.Classes)
	}
	switch t.MaskCode {
	case "binary":
		return 2
	case "palette":
		return len(t.Colors)
	case "onehot":
		return len(t.Classes)
	}
	return len(slices.Compact(slices.Sorted(slices.Values(t.Values))))
}

// Template returns a commented configuration for the facts: only the keys that matter, each with what was
// seen and why its value was chosen. Parse accepts it as long as the masks hold 2 to 256 classes.
func Template(f Facts) []byte {
	t := &template{Facts: f, binary: f.Task == Binary}
	t.line("# Written from %d pictures and their masks. Keys that are not here keep their defaults.\n", f.Count)
	t.debug()
	t.task()
	t.source()
	t.labels()
	t.input()
	t.training()
	return []byte(t.b.String())
}

type template struct {
	Facts
	binary bool // one class and the rest
	sized  bool // the size of what the network sees is written already
	b      strings.Builder
}

func (t *template) line(format string, args ...any) { fmt.Fprintf(&t.b, format+"\n", args...) }

// key writes comment lines and then a key of the section being written.
func (t *template) key(name string, value any, comments ...string) {
	for _, c := range comments {
		t.line("  # %s", c)
	}
	t.line("  %s: %s", name, flow(reflect.ValueOf(value)))
}

func (t *template) debug() {
	t.line("# The first run tests the data, the model and this machine, and stops. When it has passed, set this to false.\n" +
		"debug: true\n")
}

// task writes what a pixel can be, where that is not one of several classes.
func (t *template) task() {
	switch t.Task {
	case Binary:
		t.line("# The masks show one class.\n" +
			"task: binary\n")
	case Multilabel:
		t.line("# The masks show each class by itself, so that classes may overlap.\ntask: multilabel\n")
	}
}

// regions writes where pictures are, and the file that says what they show.
func (t *template) regions() {
	t.key("kind", t.Kind)
	t.key("images", t.Images)
	t.key("annotations", t.Annotations)
	if t.Dialect != "" {
		t.line("  rle: {dialect: %s} # by the names of its columns", t.Dialect)
	}
	if t.Unlisted != "" {
		t.key("unlisted", t.Unlisted, "There are pictures that the file does not mention: skip leaves them out, empty means that they",
			"show nothing.")
	}
}

func (t *template) source() {
	t.line("data:")
	if t.Annotations != "" {
		t.regions()
	} else {
		t.key("kind", "folders")
		t.key("images", t.Images)
		t.key("masks", t.Masks)
	}
	if t.Pattern != "" {
		t.key("pattern", t.Pattern, "The mask of a picture; {stem} is the picture's name without extension.")
	}
	if t.GroupRegexp != "" {
		t.key("group", t.GroupRegexp,
			fmt.Sprintf("The names fall into %d groups, perhaps scenes. A group is never split", t.Groups),
			"between training and validation, since pictures of one scene are too alike to test on.")
	}
	t.line("  # No folders of validation pictures were given, so a fifth is held out.")
	t.line("  val: {fraction: 0.2}\n")
}

// labels writes what the masks' values mean.
func (t *template) labels() {
	switch {
	case t.Annotations != "":
		t.key("classes", t.Classes, "Their names in the file, or names for its numbers in their order.")
		t.line("")
		return
	case t.Task == Multilabel && !t.binary:
		what := "The folders of masks, each with a mask of every picture."
		if t.MaskCode == "channels" {
			what = "Name what the masks' channels show, in their order."
		}
		t.key("classes", t.Classes, what)
		t.line("  mask: {code: %s}\n", t.MaskCode)
		return
	case t.binary:
		t.oneClass()
		return
	}
	switch t.MaskCode {
	case "binary":
		t.key("classes", t.names(2, "background", "object"),
			"The masks hold "+listed(t.Values)+": zero is the background, anything else the object.")
		t.line("  mask: {code: binary}\n")
	case "onehot":
		t.key("classes", t.Classes, "The masks have a channel a class, but for a background. Name what they show, in their order.")
		t.line("  mask: {code: onehot}\n")
	case "palette":
		n := len(t.Colors)
		t.key("classes", t.names(n),
			fmt.Sprintf("The masks hold %d colors. Name the classes in the order of the colors below.", n))
		t.line("  mask:\n    code: palette\n    colors:")
		for _, c := range t.Colors {
			t.line("      - %s", flow(reflect.ValueOf(c)))
		}
		t.line("")
	default:
		t.indices()
	}
}

// oneClass writes what masks of one class mean where the task is binary.
func (t *template) oneClass() {
	name := t.names(1, "object")
	if len(t.Classes) == 2 {
		name = t.Classes[1:]
	}
	t.key("classes", name, "Name what the masks show.")
	switch values := slices.Sorted(slices.Values(t.Values)); t.MaskCode {
	case "binary":
		t.line("  mask: {code: binary}\n")
	case "palette":
		t.line("  mask: {code: palette, colors: [%s, %s]} # of the rest, and of the class\n",
			flow(reflect.ValueOf(t.Colors[0])), flow(reflect.ValueOf(t.Colors[1])))
	default:
		t.line("  mask: {code: index, map: {%d: 0, %d: 1}}\n", values[0], values[len(values)-1])
	}
}

// indices writes classes for masks whose values are, or stand for, class indices. 255 beside two or more other
// values is taken for the usual mark of pixels to ignore.
func (t *template) indices() {
	values := slices.Compact(slices.Sorted(slices.Values(t.Values)))
	seen := "The masks hold " + listed(values) + "."
	void := len(values) > 2 && values[len(values)-1] == 255
	if void {
		values = values[:len(values)-1]
	}
	count, mapped := t.layout(values)
	t.key("classes", t.names(count), seen+" Name the classes in the order of their indices.")
	if void {
		t.key("ignore", 255, "255 usually marks pixels without a label. If it is a class, remove this and add it.")
	} else if len(values) > 2 {
		t.line("  # If the last of them marks pixels without a label, take its name away and let them not count:\n"+
			"  # ignore: %d", count-1)
	}
	t.line("  mask:\n    code: index")
	if mapped {
		t.line("    # The values have gaps; these are their class indices.\n    map:")
		for i, v := range values {
			t.line("      %d: %d", v, i)
		}
	}
	t.line("")
}

// layout returns the number of classes for sorted values, and whether the values are mapped to 0, 1, 2 and so on
// because their gaps are too wide, or the known names too few, for them to be the indices themselves.
func (t *template) layout(values []int) (count int, mapped bool) {
	direct := 2
	if len(values) > 0 {
		direct = max(direct, values[len(values)-1]+1)
	}
	wide := direct > 2*len(values) || direct > 255 || len(t.Classes) == len(values)
	switch {
	case len(t.Classes) >= direct && len(t.Classes) <= 255:
		return len(t.Classes), false
	case len(values) >= 2 && len(values) < direct && wide:
		return len(values), true
	}
	return direct, false
}

// names returns the known names if there are n, else the fallback, else numbered ones.
func (t *template) names(n int, fallback ...string) []string {
	if len(t.Classes) == n {
		return t.Classes
	}
	if len(fallback) == n {
		return fallback
	}
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("class_%d", i)
	}
	return names
}

// input writes the size of what the network sees, with the pictures' aspect.
func (t *template) input() {
	const side, unit = 256.0, 32.0
	scale := min(1, side/float64(max(t.H, t.W, 1)))
	fit := func(n int) int { return int(max(unit, math.Round(float64(n)*scale/unit)*unit)) }
	if !t.sized {
		t.key("size", [2]int{fit(t.H), fit(t.W)},
			fmt.Sprintf("Height, width. Most pictures are %d high and %d wide; this nearly keeps", t.H, t.W),
			"their aspect, in multiples of 32, which suit the network best. Larger sees more and takes longer.")
	}
	if t.Sizes > 1 {
		t.key("resize", "letterbox",
			fmt.Sprintf("There are %d sizes of picture; letterbox keeps the aspect of each.", t.Sizes))
	}
	if t.Channels != 3 && t.Channels > 0 {
		t.key("channels", t.Channels, "Mean and deviation of samples in 0..1; better ones can be measured.")
		t.key("mean", slices.Repeat([]float64{0.5}, t.Channels))
		t.key("std", slices.Repeat([]float64{0.25}, t.Channels))
	}
	t.line("")
}

// training writes what one changes first.
func (t *template) training() {
	batch := min(8, max(1, t.Count*4/5))
	perEpoch := max(1, (t.Count*4/5+batch-1)/batch)
	epochs := min(100, max(10, 2000/perEpoch))
	t.line("# Remove the flip if left and right mean different things.\naugment: [HorizontalFlip]\n")
	if t.Task == Binary || t.Task == Multilabel {
		t.line("loss: [bce, dice]\n")
	} else {
		t.line("loss: [cross_entropy]\n")
	}
	t.line("optim:\n  lr: 0.001\n")
	t.line("train:")
	t.key("epochs", epochs,
		fmt.Sprintf("An epoch is about %d steps; this makes %d steps in all.", perEpoch, perEpoch*epochs))
	t.key("batch", batch)
	t.key("best", "mean_iou", "What chooses the best checkpoint: mean_iou, mean_dice, pixel_accuracy or loss.")
}

// listed writes values for a comment, shortened.
func listed(values []int) string {
	const most = 12
	switch n := len(values); {
	case n == 0:
		return "no values that were looked at"
	case n > most:
		return fmt.Sprintf("%d values from %d to %d", n, slices.Min(values), slices.Max(values))
	}
	return "the values " + strings.Trim(strings.ReplaceAll(fmt.Sprint(values), " ", ", "), "[]")
}

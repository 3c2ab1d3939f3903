package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxClasses is what a mask of 8 bits can tell apart.
const maxClasses = 256

// A checker judges values. Keys that are broken already are passed over, so that one mistake is reported
// once.
type checker struct {
	config   *Config
	broken   []string
	mistakes Mistakes
}

func (k *checker) all() {
	k.values("")
	for _, judge := range []func(*checker){
		(*checker).source, (*checker).validation, (*checker).split, (*checker).classes, (*checker).mask, (*checker).channels,
		(*checker).weights, (*checker).heads, (*checker).momentum, (*checker).course, (*checker).swa, (*checker).keep,
		(*checker).loss, (*checker).variants, (*checker).scale, (*checker).task, (*checker).pseudo, (*checker).tiles,
		(*checker).submit, (*checker).precision,
	} {
		judge(k)
	}
}

// say blames keys[0], unless one of the keys is broken.
func (k *checker) say(keys []string, format string, args ...any) {
	for _, key := range keys {
		if slices.ContainsFunc(k.broken, func(b string) bool { return within(b, key) || within(key, b) }) {
			return
		}
	}
	at := placeOf(k.config.places, keys[0])
	k.mistakes = append(k.mistakes, at.mistake(keys[0], format, args...))
}

// within tells whether key is section or below it.
func within(key, section string) bool {
	return section == "" || key == section || strings.HasPrefix(key, section+".")
}

// values applies each key's rule to its values and looks up the parts, in the section only.
func (k *checker) values(section string) {
	var broken []string
	for _, key := range keys {
		if key.section() || !within(key.name, section) && !within(section, key.name) {
			continue
		}
		scalars(k.config.at(key.name), key.name, func(name string, v any) {
			if what := key.refuse(v); what != "" {
				k.say([]string{name}, "%s", what)
				broken = append(broken, name)
			}
		})
	}
	k.broken = append(k.broken, broken...)
	if within("augment", section) || within(section, "augment") {
		k.parts("augment", k.config.Augment)
	}
	if within("mix", section) || within(section, "mix") {
		k.parts("mix", k.config.Mix)
	}
	if within("loss", section) || within(section, "loss") {
		k.parts("loss", k.config.Loss)
	}
	if within("predict.post", section) || within(section, "predict.post") {
		k.parts("predict.post", k.config.Predict.Post)
	}
	if within("model.arch", section) || within(section, "model.arch") {
		k.part("model.arch", "model.arch", k.config.Model.Arch)
	}
}

func (k *checker) parts(key string, parts []Part) {
	for i, p := range parts {
		k.part(key, fmt.Sprintf("%s.%d", key, i), p)
	}
}

// part judges a part that was written at a place, as one of the choices of the key.
func (k *checker) part(key, place string, p Part) {
	if slices.Contains(k.broken, place) {
		return
	}
	names := Choices(key)
	if what := noSuch(key, p.Name); what != "" {
		at := placeOf(k.config.places, place)
		k.mistakes = append(k.mistakes, at.mistake(key, "%s", what))
		return
	}
	choice := choices[key][slices.Index(names, p.Name)]
	if choice.Settings == nil {
		return
	}
	if p.key == "" {
		p.key = below(key, p.Name)
	}
	if err, ok := p.Decode(choice.Settings()).(Mistakes); ok {
		k.mistakes = append(k.mistakes, err...)
	}
}

// source: each kind of data has its own keys, which it needs and which mean nothing to the others.
func (k *checker) source() {
	d := k.config.Data
	for _, want := range []struct{ key, value, kind string }{
		{"data.images", d.Images, "folders, coco, rle"},
		{"data.masks", d.Masks, "folders"},
		{"data.manifest", d.Manifest, "csv"},
		{"data.annotations", d.Annotations, "coco, rle"},
	} {
		keys := []string{want.key, "data.kind"}
		switch has := slices.Contains(strings.Split(want.kind, ", "), d.Kind); {
		case has && want.value == "":
			k.say(keys, "missing; data.kind %s needs it", d.Kind)
		case !has && want.value != "":
			k.say(keys, "is for data.kind %s, but data.kind is %s", want.kind, d.Kind)
		}
	}
	if n := len(d.Classes); drawn(d) && n > 0 && d.Background >= n && (d.Ignore == nil || d.Background != *d.Ignore) {
		k.say([]string{"data.background", "data.classes", "data.ignore"},
			"%d is no class; allowed: 0 to %d, or data.ignore", d.Background, n-1)
	}
	if drawn(d) && d.Unlisted != "skip" && d.Val.Annotations != "" && (d.Val.Images == "" || d.Val.Images == d.Images) {
		k.say([]string{"data.unlisted", "data.val"},
			"%s cannot be where pictures of one folder train and validate, since each file leaves out those of the other; "+
				"allowed: skip", d.Unlisted)
	}
	if drawn(d) && d.Mask.Code != "index" {
		k.say([]string{"data.mask.code", "data.kind"}, "is about files of masks, which data.kind %s has not; allowed: index",
			d.Kind)
	}
	if d.Kind != "synth" && len(d.Classes) == 0 {
		k.say([]string{"data.classes", "data.kind"},
			"missing; data.kind %s needs their names or number", d.Kind)
	}
}

// drawn tells whether masks come from regions.
func drawn(d Data) bool { return d.Kind == "coco" || d.Kind == "rle" }

// validation: exactly one way, and one that the kind of data has.
func (k *checker) validation() {
	d, v := k.config.Data, k.config.Data.Val
	var ways []string
	switch {
	case v.Annotations != "":
		ways = append(ways, "annotations")
	case v.Images != "" || v.Masks != "":
		ways = append(ways, "images and masks")
	}
	if v.Fraction != 0 {
		ways = append(ways, "fraction")
	}
	if v.Fold != nil {
		ways = append(ways, "fold")
	}
	allowed := "allowed: {images: …, masks: …}, {fraction: …} or {fold: …}"
	if drawn(d) {
		allowed = "allowed: {annotations: …} or {fraction: …}"
	}
	switch {
	case len(ways) == 0:
		k.say([]string{"data.val"}, "nothing to validate on; %s", allowed)
	case len(ways) > 1:
		k.say([]string{"data.val"}, "%s exclude each other; %s", strings.Join(ways, ", "), allowed)
	case v.Annotations != "" && !drawn(d):
		k.say([]string{"data.val.annotations", "data.kind"}, "is for data.kind coco, rle, but data.kind is %s", d.Kind)
	case drawn(d) && v.Images != "" && v.Annotations == "":
		k.say([]string{"data.val.annotations"}, "missing beside data.val.images")
	case drawn(d) && v.Masks != "":
		k.say([]string{"data.val.masks", "data.kind"}, "is for data.kind folders, but data.kind is %s", d.Kind)
	case drawn(d) && v.Fold == nil:
	case v.Images == "" && v.Masks != "":
		k.say([]string{"data.val.images"}, "missing beside data.val.masks")
	case v.Masks == "" && v.Images != "":
		k.say([]string{"data.val.masks"}, "missing beside data.val.images")
	case v.Images != "" && d.Kind != "folders":
		k.say([]string{"data.val.images", "data.kind"}, "is for data.kind folders, but data.kind is %s", d.Kind)
	case v.Fold != nil && d.Kind != "csv" && d.Split.Kind == NoSplit:
		k.say([]string{"data.val.fold", "data.kind", "data.split.kind"},
			"is for data.split or data.kind csv, but data.kind is %s", d.Kind)
	}
}

// classes: names that differ, at least two, and an ignored index that is none of them.
func (k *checker) classes() {
	d := k.config.Data
	seen := map[string]int{}
	for i, name := range d.Classes {
		key := []string{fmt.Sprintf("data.classes.%d", i)}
		if first, twice := seen[name]; twice {
			k.say(key, "%q is the name of class %d already", name, first)
		}
		if strings.TrimSpace(name) == "" {
			k.say(key, "a class needs a name")
		}
		seen[name] = i
	}
	n := len(d.Classes)
	if k.config.Flags() {
		return // see task
	}
	if n == 1 || n > maxClasses {
		k.say([]string{"data.classes"},
			"wants 2 to %d classes, not %d; the background of a single thing is one, or the task is binary", maxClasses, n)
	}
	if i := d.Ignore; i != nil && *i >= 0 && *i < n {
		k.say([]string{"data.ignore", "data.classes"}, "%d is class %q; allowed: %d to 255, or null",
			*i, d.Classes[*i], n)
	}
}

// mask: the code fits the classes.
func (k *checker) mask() {
	d, m, n := k.config.Data, k.config.Data.Mask, len(k.config.Data.Classes)
	if k.config.Task == Multilabel {
		return // see task
	}
	if k.config.Task == Binary {
		n = min(2*n, 2) // not, and the class
	}
	if m.Code == "binary" && n > 0 && n != 2 {
		k.say([]string{"data.mask.code", "data.classes"}, "binary means 2 classes, but there are %d", n)
	}
	if m.Code != "index" && len(m.Map) > 0 {
		k.say([]string{"data.mask.map", "data.mask.code"},
			"is for data.mask.code index, but that is %s", m.Code)
	}
	if m.Code == "palette" && len(m.Colors) == 0 {
		k.say([]string{"data.mask.colors", "data.mask.code"}, "missing; palette needs one for each class")
	}
	spare := d.Ignore != nil && *d.Ignore == n && len(m.Colors) == n+1 // the ignored class may have a color too
	if n > 0 && len(m.Colors) > 0 && len(m.Colors) != n && !spare {
		k.say([]string{"data.mask.colors", "data.classes"}, "%d colors for %d classes", len(m.Colors), n)
	}
	seen := map[[3]int]int{}
	for i, c := range m.Colors {
		if first, twice := seen[c]; twice && m.Code == "palette" {
			k.say([]string{fmt.Sprintf("data.mask.colors.%d", i)}, "the color of class %d already", first)
		}
		seen[c] = i
	}
	for _, value := range slices.Sorted(maps.Keys(m.Map)) {
		class := m.Map[value]
		if n > 0 && class >= n && (d.Ignore == nil || class != *d.Ignore) {
			k.say([]string{fmt.Sprintf("data.mask.map.%d", value), "data.classes", "data.ignore"},
				"%d is no class; allowed: 0 to %d, or data.ignore", class, n-1)
		}
	}
}

// channels: one mean and one deviation for each.
func (k *checker) channels() {
	d := k.config.Data
	if n := len(d.Mean); n != d.Channels {
		k.say([]string{"data.mean", "data.channels"}, "has %d values for %d channels", n, d.Channels)
	}
	if n := len(d.Std); n != d.Channels {
		k.say([]string{"data.std", "data.channels"}, "has %d values for %d channels", n, d.Channels)
	}
}

// weights: those of the whole model would replace those of the encoder.
func (k *checker) weights() {
	m := k.config.Model
	if m.Weights != "" && m.EncoderWeights != "" {
		k.say([]string{"model.encoder_weights", "model.weights"}, "model.weights gives the encoder's weights too; "+
			"allowed: one of the two")
	}
}

// course: the learning rate rises before it falls.
func (k *checker) course() {
	c := k.config
	if c.Schedule.MinLR > c.Optim.LR {
		k.say([]string{"schedule.min_lr", "optim.lr"}, "%v is above optim.lr, which is %v",
			c.Schedule.MinLR, c.Optim.LR)
	}
	if w := c.Schedule.WarmupEpochs; c.Train.Steps == 0 && w > float64(c.Train.Epochs) {
		k.say([]string{"schedule.warmup_epochs", "train.epochs"}, "%v is longer than the run of %d epochs",
			w, c.Train.Epochs)
	}
}

// swa: a rate to go to, within the run.
func (k *checker) swa() {
	k.cycles()
	c, s := k.config, k.config.Schedule.SWA
	switch {
	case s.StartEpoch > 0 && s.Rate == nil:
		k.say([]string{"schedule.swa.rate", "schedule.swa.start_epoch"}, "missing; schedule.swa.start_epoch needs it")
	case c.Train.Steps == 0 && s.StartEpoch > float64(c.Train.Epochs):
		k.say([]string{"schedule.swa.start_epoch", "train.epochs"}, "%v is after the run of %d epochs",
			s.StartEpoch, c.Train.Epochs)
	case c.Train.Steps == 0 && c.Train.SWA && s.StartEpoch == float64(c.Train.Epochs):
		k.say([]string{"train.swa", "schedule.swa.start_epoch", "train.epochs"},
			"nothing to average: schedule.swa.start_epoch %v leaves nothing of the run of %d epochs", s.StartEpoch, c.Train.Epochs)
	}
}

func (k *checker) loss() {
	if len(k.config.Loss) == 0 {
		k.say([]string{"loss"}, "wants at least one; there are: %s", strings.Join(Choices("loss"), ", "))
	}
}

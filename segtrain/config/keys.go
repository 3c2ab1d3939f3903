package config

// A key is one line of the reference: a dotted name, its meaning, and what its value (or each of its values)
// may be. A key without a rule is a section or takes any value of its type.
type key struct {
	name, doc string
	rule      rule
}

// keys lists every key in the order of a written file. It is the only place that describes them.
var keys = []key{
	{"data", "The pictures and masks.", rule{}},
	{"data.kind", "where they come from", oneOf},
	{"data.images", "folder of training pictures (folders)", isPath},
	{"data.masks", "folder of their masks (folders)", isPath},
	{"data.pattern", "mask's file name, extension or not; {stem} is the picture's", hasStem},
	{"data.manifest", "CSV file with columns image, mask, group, fold (csv)", isPath},
	{"data.group", "regexp on a sample's id; its first submatch is the group", hasSubmatch},
	{"data.val", "Validation: images and masks, or a fraction, or a fold.", rule{}},
	{"data.val.images", "folder of validation pictures (folders)", isPath},
	{"data.val.masks", "folder of their masks (folders)", isPath},
	{"data.val.fraction", "part of the samples held out; groups stay together; 0: not used", from(0).under(1)},
	{"data.val.fold", "the manifest's fold held out (csv); null: not used", from(0)},
	{"data.synth", "The procedural demo set (synth).", rule{}},
	{"data.synth.count", "number of pictures, training and validation together", from(2).to(1e6)},
	{"data.synth.seed", "another seed draws other pictures", rule{}},
	{"data.classes", "names in index order, or their number; synth has its own", rule{}},
	{"data.ignore", "class index left out of loss and metrics; null: none", from(0).to(255)},
	{"data.mask", "How a mask's samples become class indices.", rule{}},
	{"data.mask.code", "index: the value; binary: zero or not; palette: the color", oneOf},
	{"data.mask.colors", "[r, g, b] of each class, for palette masks and for overlays", from(0).to(255)},
	{"data.mask.map", "file value: class index, where they differ (index)", from(0).to(255)},
	{"data.size", "height and width of what the network sees, in pixels",
		from(32).because("the encoder halves a picture five times")},
	{"data.resize", "stretch to the size, or letterbox: keep the aspect and pad", oneOf},
	{"data.channels", "channels of a picture", from(1).to(32)},
	{"data.mean", "subtracted from each channel, for samples in 0..1", rule{}},
	{"data.std", "then each channel is divided by it", above(0)},
	{"data.cache_mb", "memory for decoded pictures, in MB; 0: none", from(0)},
	{"data.workers", "goroutines that decode and augment; results do not depend on it", from(1).to(1024)},
	{"augment", "transforms of training samples: name or {name: settings}", rule{}},
	{"model", "The network.", rule{}},
	{"model.arch", "architecture: name or {name: settings}", rule{}},
	{"model.encoder", "its encoder", oneOf},
	{"model.weights", "checkpoint to start from (.safetensors); empty: random weights", isPath},
	{"model.decoder_channels", "the decoder's, deepest first, or one number; empty: the usual", from(1).to(4096)},
	{"model.drop_connect", "probability of dropping the deepest residual branch in training", from(0).under(1)},
	{"loss", "terms of the loss, added up: name or {name: settings}", rule{}},
	{"optim", "The optimizer.", rule{}},
	{"optim.name", "algorithm", oneOf},
	{"optim.lr", "learning rate at its peak", above(0)},
	{"optim.betas", "decay of the running first and second moment", from(0).under(1)},
	{"optim.eps", "added to the root of the second moment", above(0)},
	{"optim.weight_decay", "decoupled weight decay", from(0)},
	{"optim.clip_norm", "largest norm of the whole gradient; 0: no clipping", from(0)},
	{"schedule", "The learning rate's course.", rule{}},
	{"schedule.name", "curve after the warm-up", oneOf},
	{"schedule.warmup_epochs", "epochs of linear rise to lr; fractions allowed", from(0)},
	{"schedule.min_lr", "learning rate at the end of cosine", from(0)},
	{"train", "The run.", rule{}},
	{"train.epochs", "passes over the training samples", from(1)},
	{"train.steps", "stop after so many steps; 0: by epochs", from(0)},
	{"train.batch", "samples in a step", from(1)},
	{"train.seed", "of weights, order and augmentation", rule{}},
	{"train.snapshot_minutes", "minutes between snapshots to resume from; 0: after epochs only", from(0)},
	{"train.best", "what chooses the best checkpoint", oneOf},
	{"train.val_every", "epochs between validations", from(1)},
	{"threads", "threads to compute with; 0: all; results do not depend on it", from(0).to(1024)},
	{"out", "run directory; empty: runs/TIME", isPath},
}

// Keys returns every dotted key that takes a value, in the order of a written file.
func Keys() []string {
	var names []string
	for _, k := range keys {
		if !k.section() {
			names = append(names, k.name)
		}
	}
	return names
}

// section tells a key with keys below it by its doc, which is a sentence. A test holds the table to that.
func (k key) section() bool { return k.doc[len(k.doc)-1] == '.' }

var keyIndex = func() map[string]key {
	index := make(map[string]key, len(keys))
	for _, k := range keys {
		index[k.name] = k
	}
	return index
}()

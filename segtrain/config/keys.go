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
	{"model.weights", "checkpoint to start from (.safetensors, .pth); empty: none", isPath},
	{"model.encoder_weights", "pretrained encoder, by name or as a file; empty: random", isPath},
	{"model.mirror", "source of names, in the hub's place; empty: SEGTRAIN_MIRROR", isPath},
	{"model.decoder_channels", "the decoder's, deepest first, or one number; empty: the usual", from(1).to(4096)},
	{"model.drop_connect", "probability of dropping the deepest residual branch in training", from(0).under(1)},
	{"loss", "terms of the loss, added up: name or {name: settings}", rule{}},
	{"optim", "The optimizer.", rule{}},
	{"optim.name", "algorithm; what is null below is at its own default", oneOf},
	{"optim.lr", "learning rate at its peak", above(0)},
	{"optim.betas", "decay of the running first and second moment", from(0).under(1)},
	{"optim.eps", "added to the root of the second moment", above(0)},
	{"optim.weight_decay", "weight decay", from(0)},
	{"optim.decoupled_weight_decay", "weight decay apart from the gradient, as in adamw", rule{}},
	{"optim.momentum", "decay of the velocity", from(0).under(1)},
	{"optim.dampening", "part of each gradient kept out of the velocity", from(0).to(1)},
	{"optim.nesterov", "look ahead along the velocity", rule{}},
	{"optim.momentum_decay", "how fast the momentum rises to the first of betas", from(0)},
	{"optim.delta", "cosine, times √n, below which a weight is scale-invariant", from(0)},
	{"optim.wd_ratio", "part of the decay that scale-invariant weights have", from(0).to(1)},
	{"optim.lookahead", "Slow weights around the optimizer.", rule{}},
	{"optim.lookahead.k", "steps between their moves, usually 5 or 6; 0: none", from(0)},
	{"optim.lookahead.alpha", "part of the way to the fast weights that they move", above(0).to(1)},
	{"optim.encoder_lr", "factor of the encoder's learning rate", above(0)},
	{"optim.layer_decay", "factor of it from each of the encoder's layers to the one before", above(0).to(1)},
	{"optim.decay_bias_norm", "weight decay of biases and norms too", rule{}},
	{"optim.clip_norm", "largest norm of the whole gradient; 0: no clipping", from(0)},
	{"optim.clip_value", "largest element of a gradient, ahead of clip_norm; 0: none", from(0)},
	{"schedule", "The learning rate's course.", rule{}},
	{"schedule.name", "curve after the warm-up; what is null is at its own default", oneOf},
	{"schedule.warmup_epochs", "epochs of linear rise to lr; fractions allowed", from(0)},
	{"schedule.min_lr", "lowest rate of cosine, cosine_restarts, polynomial, plateau", from(0)},
	{"schedule.t_0", "epochs of the first cosine; fractions allowed", above(0)},
	{"schedule.t_mult", "how much longer each cosine is than the one before", from(1)},
	{"schedule.power", "exponent of the part of the run that is left", above(0)},
	{"schedule.gamma", "factor of the rate", above(0).to(1)},
	{"schedule.step_size", "epochs between steps; fractions allowed", above(0)},
	{"schedule.milestones", "epochs of the steps after the warm-up; fractions allowed", above(0)},
	{"schedule.pct_start", "part of the run in which the rate rises", above(0).under(1)},
	{"schedule.div_factor", "lr over the rate at the beginning", from(1)},
	{"schedule.final_div_factor", "rate at the beginning over that at the end", from(1)},
	{"schedule.three_phase", "fall as long as it rose, then to the end", rule{}},
	{"schedule.anneal_strategy", "along half a cosine or a line", oneOf},
	{"schedule.monitor", "what is watched after each validation", oneOf},
	{"schedule.factor", "of the rate at a reduction", above(0).under(1)},
	{"schedule.patience", "validations without progress that are borne", from(0)},
	{"schedule.threshold", "progress that counts", from(0)},
	{"schedule.threshold_mode", "rel: a part of the best; abs: a difference", oneOf},
	{"schedule.cooldown", "validations after a reduction that are not judged", from(0)},
	{"schedule.swa", "A constant rate at the end, for weights to be averaged.", rule{}},
	{"schedule.swa.start_epoch", "epochs before it; fractions allowed; 0: none", from(0)},
	{"schedule.swa.rate", "the learning rate then", above(0)},
	{"schedule.swa.anneal_epochs", "epochs on the way to it", from(0)},
	{"schedule.swa.anneal_strategy", "along half a cosine or a line", oneOf},
	{"train", "The run.", rule{}},
	{"train.epochs", "passes over the training samples", from(1)},
	{"train.steps", "stop after so many steps; 0: by epochs", from(0)},
	{"train.batch", "samples in a step", from(1)},
	{"train.seed", "of weights, order and augmentation; a list: a run for each", rule{}},
	{"train.snapshot_minutes", "minutes between snapshots to resume from; 0: after epochs only", from(0)},
	{"train.best", "what chooses the best checkpoint", oneOf},
	{"train.val_every", "epochs between validations", from(1)},
	{"train.ema_decay", "of a moving average of weights, which best holds then; 0: none", from(0).under(1)},
	{"train.swa", "average the last epochs, from schedule.swa on, or from 75 %", rule{}},
	{"train.tensorboard", "write the curves for TensorBoard, too", rule{}},
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

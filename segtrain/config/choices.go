package config

import (
	"fmt"
	"slices"
)

// A Choice is one name that a key may have as its value.
type Choice struct {
	Name string
	Doc  string // one line for the reference

	// Settings returns a pointer to a struct that holds the defaults of a part's settings (see Part.Decode),
	// so that Check can refuse a wrong setting before anything is built. Nil leaves them to whoever decodes
	// them. Of a name that stands beside its settings, as optim.name does, see Config.Settings.
	Settings func() any
}

// choices holds what each key may name. Packages that bring more add them with Register.
var choices = map[string][]Choice{
	"task": {
		{Name: Multiclass, Doc: "of one of the classes (softmax)"},
		{Name: Binary, Doc: "of the one class or not (a channel of logits, sigmoid)"},
		{Name: Multilabel, Doc: "of any of the classes, of several at a time, or of none (sigmoid)"},
	},
	"precision": {
		{Name: "fp32", Doc: "operands in float32"},
		{Name: "fp16", Doc: "as fp32; activations wait for the backward pass in halves: about 0.6 of the memory"},
		{Name: "bf16", Doc: "operands rounded to bfloat16, 8 bits of significand"},
		{Name: "bf16x3", Doc: "operands as sums of two bfloat16, 16 bits of significand"},
		{Name: AutoPrecision, Doc: "fp32, and a word about what would be faster on this machine"},
	},
	"train.activations": {
		{Name: "auto", Doc: "as precision says: fp16 in halves, bf16 in bfloat16 as maps lie between layers, else float32"},
		{Name: "fp32", Doc: "float32"},
		{Name: "fp16", Doc: "halves: 11 bits of significand, limited to ±65504"},
		{Name: "bf16", Doc: "bfloat16: 8 bits of significand"},
	},
	"train.weights_type": {
		{Name: "fp32", Doc: "as they are learned"},
		{Name: "fp16", Doc: "halves: files of half the size; what exceeds 65504 stays float32"},
		{Name: "bf16", Doc: "bfloat16"},
	},
	"data.kind": {
		{Name: "folders", Doc: "a folder of pictures and a folder of masks"},
		{Name: "csv", Doc: "a manifest"},
		{Name: "coco", Doc: "a folder of pictures and a COCO file: polygons and run-lengths"},
		{Name: "rle", Doc: "a folder of pictures and a table of run-lengths"},
		{Name: "synth", Doc: "pictures drawn by a procedure: the demo"},
	},
	"data.overlap": {
		{Name: "later", Doc: "the later in the file"},
		{Name: "smaller", Doc: "the one with fewer pixels"},
	},
	"data.unlisted": {
		{Name: "error", Doc: "refused"},
		{Name: "empty", Doc: "they show background alone"},
		{Name: "skip", Doc: "left out, with a warning"},
	},
	"data.rle.dialect":   {{Name: "airbus", Doc: "Airbus Ship Detection"}},
	"data.rle.order":     orders,
	"submit.rle.order":   orders,
	"submit.rle.dialect": {{Name: "airbus", Doc: "Airbus Ship Detection"}},
	"submit.rle.class_by": {
		{Name: "name", Doc: "by its name"},
		{Name: "index", Doc: "by its index in the masks"},
		{Name: "number", Doc: "1 for the first class that is written, 2 for the second"},
	},
	"submit.format": {{Name: "rle", Doc: "a table of run-lengths"}},
	"submit.resize": {
		{Name: "nearest", Doc: "each pixel that of the nearest one"},
		{Name: "never", Doc: "refused"},
	},
	"data.split.kind": {
		{Name: NoSplit, Doc: "a hold-out of data.val.fraction, or the manifest's folds"},
		{Name: "holdout", Doc: "a hold-out of data.val.fraction with this seed; groups stay together"},
		{Name: "stratified_holdout", Doc: "the same, alike in both parts"},
		{Name: "kfold", Doc: "k folds of one size"},
		{Name: "stratified", Doc: "k folds of one size that are alike"},
		{Name: "group", Doc: "k folds that part no group (data.group, or the manifest's column)"},
		{Name: "stratified_group", Doc: "k folds that part no group and are alike"},
		{Name: FileSplit, Doc: "the folds of data.split.file, which may be your own"},
	},
	"data.split.by": {
		{Name: "classes", Doc: "images that have each class, and its pixels"},
		{Name: "label", Doc: "the manifest's column label"},
		{Name: "empty", Doc: "whether a mask has anything but class 0"},
	},
	"data.mask.code": {
		{Name: "index", Doc: "a sample is the class index"},
		{Name: "binary", Doc: "zero is class 0, anything else class 1"},
		{Name: "palette", Doc: "a color stands for a class"},
		{Name: "onehot", Doc: "a channel for each class, or for each but the first"},
		{Name: "channels", Doc: "a channel a class (multilabel)"},
		{Name: "bits", Doc: "bit k is class k (multilabel)"},
	},
	"data.resize": {
		{Name: "stretch", Doc: "scale both sides to the size"},
		{Name: "letterbox", Doc: "scale to fit and pad the rest"},
	},
	"data.tiles.foreground": {
		{Name: "all", Doc: "all"},
		{Name: "only", Doc: "those with a pixel of another class than data.background"},
		{Name: "share", Doc: "all of those, and of the others as many as data.tiles.share leaves, by chance"},
	},
	"augment": {{Name: "HorizontalFlip", Doc: "mirror left and right"}},
	"mix":     {},
	"pseudo.sampling": {
		{Name: "uniform", Doc: "all equally often"},
		{Name: "weight", Doc: "by chance, by how sure their labels are"},
	},
	"model.arch":            {{Name: "unet", Doc: "U-Net"}},
	"model.encoder":         {{Name: "efficientnet-b0", Doc: "EfficientNet-B0"}},
	"model.encoder_weights": {},
	"model.stem": {
		{Name: "none", Doc: "nothing"},
		{Name: "downscale", Doc: "halves large pictures: strided convolution beside max pooling; masks keep their size"},
	},
	"model.aux.labels": {
		{Name: "mask", Doc: "the classes of each mask, after augmentation"},
		{Name: "manifest", Doc: "column labels of data.manifest: names with ; between them"},
	},
	"model.aux.pooling": {
		{Name: "avg", Doc: "mean over the pixels"},
		{Name: "max", Doc: "maximum over the pixels"},
	},
	"model.aux.activation": {
		{Name: "identity", Doc: "logits"},
		{Name: "sigmoid", Doc: "a probability for each class"},
		{Name: "softmax", Doc: "probabilities that add up to 1"},
	},
	"model.freeze": {
		{Name: "none", Doc: "all learns"},
		{Name: "encoder", Doc: "weights and statistics of the encoder stay"},
	},
	"loss": {
		{Name: "cross_entropy", Doc: "cross-entropy of the softmax over classes"},
		{Name: "dice", Doc: "one minus the soft Dice coefficient"},
	},
	"predict.post": {},
	"optim.name":   {{Name: "adamw", Doc: "Adam with decoupled weight decay"}},
	"schedule.name": {
		{Name: "cosine", Doc: "half a cosine from lr to min_lr"},
		{Name: "constant", Doc: "lr throughout"},
	},
	"schedule.anneal_strategy":     strategies,
	"schedule.swa.anneal_strategy": strategies,
	"schedule.monitor":             measures,
	"schedule.threshold_mode": {
		{Name: "rel", Doc: "progress is a part of the best value"},
		{Name: "abs", Doc: "progress is a difference from the best value"},
	},
	"train.best": measures,
	"predict.merge": {
		{Name: "mean", Doc: "probabilities"},
		{Name: "gmean", Doc: "logarithms of probabilities"},
		{Name: "logits", Doc: "logits"},
	},
	"predict.blend": {
		{Name: "gaussian", Doc: "most in the middle: a deviation of an eighth of the side"},
		{Name: "flat", Doc: "as much everywhere"},
	},
}

var (
	orders = []Choice{
		{Name: "columns", Doc: "down each column, then the next (Kaggle)"},
		{Name: "rows", Doc: "along each row, then the next (Dacon)"},
	}
	measures = []Choice{
		{Name: "mean_iou", Doc: "highest mean IoU over the classes present"},
		{Name: "mean_dice", Doc: "highest mean Dice over the classes present"},
		{Name: "pixel_accuracy", Doc: "highest share of right pixels"},
		{Name: "loss", Doc: "lowest validation loss"},
	}
	strategies = []Choice{
		{Name: "cos", Doc: "half a cosine"},
		{Name: "linear", Doc: "a straight line"},
	}
)

// Register adds choices to a key; one of a name that is there already takes its place. It is meant for
// package initialization and is not safe beside other calls. It panics if the key takes no names.
func Register(key string, more ...Choice) {
	have, ok := choices[key]
	if !ok {
		panic(fmt.Sprintf("config: key %q takes no names", key))
	}
	for _, c := range more {
		if i := slices.IndexFunc(have, func(h Choice) bool { return h.Name == c.Name }); i >= 0 {
			have = slices.Clone(have) // which other keys may share
			have[i] = c
			continue
		}
		have = append(have, c)
	}
	choices[key] = slices.Clip(have)
}

// Choices returns the names a key may have as its value, in the order they were registered; nil if it takes
// no names.
func Choices(key string) []string {
	var names []string
	for _, c := range choices[key] {
		names = append(names, c.Name)
	}
	return names
}

// ChoicesOf returns what Choices names.
func ChoicesOf(key string) []Choice { return choices[key] }

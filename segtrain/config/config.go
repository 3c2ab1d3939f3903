// Package config turns a YAML file into one tree of plain structs and back.
//
// An empty file means Default, which is the demo. A file writes only what differs; Load puts it over the
// defaults and reports every mistake it can find at once, each with its line, its key and what is allowed.
// All keys, their meaning and their limits stand in one table (keys.go), from which completion, comments and
// the reference are made.
package config

import (
	"fmt"
	"os"
	"path/filepath"
)

// Config is everything a run depends on. Paths are absolute after Load, Parse and Set.
type Config struct {
	Task      string   `yaml:"task"`
	Data      Data     `yaml:"data"`
	Augment   []Part   `yaml:"augment"`
	Mix       []Part   `yaml:"mix"`
	Pseudo    Pseudo   `yaml:"pseudo"`
	Model     Model    `yaml:"model"`
	Loss      []Part   `yaml:"loss"`
	Optim     Optim    `yaml:"optim"`
	Schedule  Schedule `yaml:"schedule"`
	Train     Train    `yaml:"train"`
	Predict   Predict  `yaml:"predict"`
	Submit    Submit   `yaml:"submit"`
	Precision string   `yaml:"precision"`
	Emulate   bool     `yaml:"emulate"`
	Debug     bool     `yaml:"debug"`
	Scale     Scale    `yaml:"scale"`
	Threads   int      `yaml:"threads"`
	Out       string   `yaml:"out"`

	places   map[string]place // where each key was written
	proposes bool             // precision was auto
}

// Data says where pictures and masks come from and how they become the network's input.
type Data struct {
	Kind     string `yaml:"kind"`
	Images   string `yaml:"images"`
	Masks    string `yaml:"masks"`
	Pattern  string `yaml:"pattern"`
	Manifest string `yaml:"manifest"`

	Annotations string `yaml:"annotations"`
	Background  int    `yaml:"background"`
	Overlap     string `yaml:"overlap"`
	Unlisted    string `yaml:"unlisted"`
	RLE         RLE    `yaml:"rle"`

	Group    string    `yaml:"group"`
	Val      Val       `yaml:"val"`
	Split    Split     `yaml:"split"`
	Synth    Synth     `yaml:"synth"`
	Classes  Classes   `yaml:"classes"`
	Ignore   *int      `yaml:"ignore"` // nil: every pixel counts
	Mask     Mask      `yaml:"mask"`
	Audit    string    `yaml:"audit"`
	Size     [2]int    `yaml:"size"` // H, W
	Resize   string    `yaml:"resize"`
	Tiles    Tiles     `yaml:"tiles"`
	Channels int       `yaml:"channels"`
	Mean     []float64 `yaml:"mean"`
	Std      []float64 `yaml:"std"`
	CacheMB  int       `yaml:"cache_mb"`
	Workers  int       `yaml:"workers"`
}

// Val says which samples validate: a folder pair, a file of annotations, a fraction of the samples, or one fold of the
// manifest.
// Exactly one of them is set.
type Val struct {
	Images      string  `yaml:"images"`
	Masks       string  `yaml:"masks"`
	Annotations string  `yaml:"annotations"`
	Fraction    float64 `yaml:"fraction"`
	Fold        *int    `yaml:"fold"`
}

// RLE says how a table of run-lengths is written. What is nil is as the dialect has it: see Config.Settings.
type RLE struct {
	Dialect     string  `yaml:"dialect"`
	ImageColumn *string `yaml:"image_column"`
	ClassColumn *string `yaml:"class_column"`
	RLEColumn   *string `yaml:"rle_column"`
	Joint       *string `yaml:"joint"`
	Order       *string `yaml:"order"`
	Base        *int    `yaml:"base"`
	Empty       *string `yaml:"empty"`
}

// Synth sets the procedural demo set.
type Synth struct {
	Count int    `yaml:"count"`
	Seed  uint64 `yaml:"seed"`
}

// Classes are the names of the classes in the order of their indices. A file may give their number instead:
// then they are called class_0, class_1 and so on. The synthetic set brings its own where there are none.
type Classes []string

// Mask says how a mask file's samples become class indices.
type Mask struct {
	Code   string      `yaml:"code"`
	Colors [][3]int    `yaml:"colors"` // R, G, B of each class
	Map    map[int]int `yaml:"map"`    // file value to class index
}

// Model names the network and the parts it is put together from.
type Model struct {
	Arch            Part    `yaml:"arch"`
	Encoder         string  `yaml:"encoder"`
	Weights         string  `yaml:"weights"`
	EncoderWeights  string  `yaml:"encoder_weights"`  // a name such as imagenet, or a file
	Mirror          string  `yaml:"mirror"`           // an address or a folder
	DecoderChannels []int   `yaml:"decoder_channels"` // deepest first; empty: those of the architecture
	DropConnect     float64 `yaml:"drop_connect"`
	Stem            string  `yaml:"stem"`
	Aux             Aux     `yaml:"aux"`
	DeepSupervision bool    `yaml:"deep_supervision"`
	Freeze          string  `yaml:"freeze"`
	FreezeEpochs    float64 `yaml:"freeze_epochs"` // 0: the whole run
}

// Aux sets the classification head: aux_params of segmentation_models_pytorch, and how it learns.
type Aux struct {
	Weight     float64 `yaml:"weight"`  // 0: no head
	Classes    Classes `yaml:"classes"` // empty: those of the data
	Labels     string  `yaml:"labels"`
	MinShare   float64 `yaml:"min_share"`
	Pooling    string  `yaml:"pooling"`
	Dropout    float64 `yaml:"dropout"`
	Activation string  `yaml:"activation"`
}

// Optim sets the optimizer and the limits on the gradient. What only some algorithms have is nil where it is left at the
// algorithm's own default: see Config.Settings.
type Optim struct {
	Name                 string      `yaml:"name"`
	LR                   float64     `yaml:"lr"`
	Betas                *[2]float64 `yaml:"betas"`
	Eps                  *float64    `yaml:"eps"`
	WeightDecay          *float64    `yaml:"weight_decay"`
	DecoupledWeightDecay *bool       `yaml:"decoupled_weight_decay"`
	Momentum             *float64    `yaml:"momentum"`
	Dampening            *float64    `yaml:"dampening"`
	Nesterov             *bool       `yaml:"nesterov"`
	MomentumDecay        *float64    `yaml:"momentum_decay"`
	Delta                *float64    `yaml:"delta"`
	WDRatio              *float64    `yaml:"wd_ratio"`
	AMSGrad              *bool       `yaml:"amsgrad"`
	Lookahead            Lookahead   `yaml:"lookahead"`
	EncoderLR            float64     `yaml:"encoder_lr"`
	LayerDecay           float64     `yaml:"layer_decay"`
	DecayBiasNorm        bool        `yaml:"decay_bias_norm"`
	ClipNorm             float64     `yaml:"clip_norm"`  // 0: off
	ClipValue            float64     `yaml:"clip_value"` // 0: off
}

// Lookahead sets the slow weights around any optimizer.
type Lookahead struct {
	K     int     `yaml:"k"` // 0: off
	Alpha float64 `yaml:"alpha"`
}

// Schedule sets the learning rate's course over the run. As in Optim, what only some curves have may be nil.
type Schedule struct {
	Name           string    `yaml:"name"`
	WarmupEpochs   float64   `yaml:"warmup_epochs"`
	WarmupFactor   *float64  `yaml:"warmup_factor"`
	MinLR          float64   `yaml:"min_lr"`
	T0             *float64  `yaml:"t_0"`
	TMult          *int      `yaml:"t_mult"`
	Power          *float64  `yaml:"power"`
	Gamma          *float64  `yaml:"gamma"`
	StepSize       *float64  `yaml:"step_size"`
	Milestones     []float64 `yaml:"milestones"`
	PctStart       *float64  `yaml:"pct_start"`
	DivFactor      *float64  `yaml:"div_factor"`
	FinalDivFactor *float64  `yaml:"final_div_factor"`
	ThreePhase     *bool     `yaml:"three_phase"`
	AnnealStrategy *string   `yaml:"anneal_strategy"`
	CycleMomentum  *bool     `yaml:"cycle_momentum"`
	BaseMomentum   *float64  `yaml:"base_momentum"`
	MaxMomentum    *float64  `yaml:"max_momentum"`
	Monitor        *string   `yaml:"monitor"`
	Factor         *float64  `yaml:"factor"`
	Patience       *int      `yaml:"patience"`
	Threshold      *float64  `yaml:"threshold"`
	ThresholdMode  *string   `yaml:"threshold_mode"`
	Cooldown       *int      `yaml:"cooldown"`
	SWA            SWA       `yaml:"swa"`
}

// SWA sets the learning rate at the end of a run, constant or in cycles, for weights to be averaged.
type SWA struct {
	StartEpoch     float64  `yaml:"start_epoch"` // 0: three quarters of the run
	Rate           *float64 `yaml:"rate"`
	AnnealEpochs   float64  `yaml:"anneal_epochs"`
	AnnealStrategy string   `yaml:"anneal_strategy"`
	CycleEpochs    float64  `yaml:"cycle_epochs"` // 0: constant
	MinRate        *float64 `yaml:"min_rate"`
}

// Train sets the length of a run, its batches, its seed and what is kept of it.
type Train struct {
	Epochs          int     `yaml:"epochs"`
	Steps           int     `yaml:"steps"` // 0: by epochs
	Batch           int     `yaml:"batch"`
	Accumulate      int     `yaml:"accumulate"`
	Seed            uint64  `yaml:"seed"`
	SnapshotMinutes float64 `yaml:"snapshot_minutes"`
	Best            string  `yaml:"best"`
	ValEvery        int     `yaml:"val_every"` // epochs
	EMADecay        float64 `yaml:"ema_decay"` // 0: off
	EMAWarmup       bool    `yaml:"ema_warmup"`
	SWA             bool    `yaml:"swa"`
	KeepLast        int     `yaml:"keep_last"`
	KeepBest        int     `yaml:"keep_best"`
	KeepCycles      bool    `yaml:"keep_cycles"`
	TensorBoard     bool    `yaml:"tensorboard"`
	Activations     string  `yaml:"activations"`
	WeightsType     string  `yaml:"weights_type"`

	Seeds []uint64 `yaml:"-"` // train.seed as a list: a run each; empty for one run
}

// Samples returns how many samples a step has: Accumulate batches.
func (t Train) Samples() int { return t.Batch * t.Accumulate }

// Default returns what an empty file means: the demo.
func Default() Config {
	return Config{
		Task: Multiclass,
		Data: Data{
			Kind:     "synth",
			Pattern:  "{stem}",
			Overlap:  "later",
			Unlisted: "error",
			RLE:      RLE{Dialect: "airbus"},
			Val:      Val{Fraction: 0.2},
			Split:    Split{Kind: NoSplit, K: 5, Seed: 1, Repeats: 1, By: "classes"},
			Synth:    Synth{Count: 400, Seed: 1},
			Mask:     Mask{Code: "index"},
			Size:     [2]int{96, 96},
			Resize:   "stretch",
			Tiles:    Tiles{Overlap: 0.25, Foreground: "all", Share: 0.5},
			Channels: 3,
			Mean:     []float64{0.485, 0.456, 0.406}, // of ImageNet, as the usual pretrained encoders expect
			Std:      []float64{0.229, 0.224, 0.225},
			CacheMB:  1024,
			Workers:  1,
		},
		Augment: []Part{{Name: "HorizontalFlip"}},
		Pseudo:  Pseudo{Rate: 0.5, Sampling: "uniform"},
		Model: Model{Arch: Part{Name: "unet"}, Encoder: "efficientnet-b0", DropConnect: 0.2, Stem: "none", Freeze: "none",
			Aux: Aux{Labels: "mask", Pooling: "avg", Dropout: 0.2, Activation: "identity"}},
		Loss: []Part{{Name: "cross_entropy"}},
		Optim: Optim{Name: "adamw", LR: 1e-3, Lookahead: Lookahead{Alpha: 0.5}, EncoderLR: 1, LayerDecay: 1,
			DecayBiasNorm: true, ClipNorm: 1},
		Schedule: Schedule{Name: "cosine", WarmupEpochs: 0.5, SWA: SWA{AnnealEpochs: 10, AnnealStrategy: "cos"}},
		Train: Train{Epochs: 8, Batch: 4, Accumulate: 1, Seed: 1, SnapshotMinutes: 5, Best: "mean_iou", ValEvery: 1,
			Activations: "auto", WeightsType: "fp32"},
		Scale:     Scale{Use: true, Fraction: 1},
		Predict:   Predict{Threshold: Numbers{0.5}, Merge: "mean", Overlap: 0.5, Blend: "gaussian", TileScale: 1},
		Submit:    Submit{Format: "rle", RLE: SubmitRLE{Dialect: "airbus"}, Resize: "nearest"},
		Precision: "fp32",
	}
}

// maxBytes bounds a configuration file; a thousand classes with colors need a quarter of it.
const maxBytes = 1 << 17

// Load reads a file, applies the settings as Set does ("optim.lr=3e-4") and checks the whole.
// Its error is a Mistakes, unless the file could not be read.
func Load(path string, settings ...string) (*Config, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read config: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxBytes {
		return nil, fmt.Errorf("read config: %s is not a file of at most %d bytes", path, maxBytes)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read config: %w", err)
	}
	return Parse(path, b, settings...)
}

// Parse is Load on text that was read already; name stands in messages, and paths are relative to its
// folder.
func Parse(name string, b []byte, settings ...string) (*Config, error) {
	c := Default()
	c.places = map[string]place{"": {file: name}}
	d := decoder{dir: filepath.Dir(name), places: c.places, manySeeds: &c.Train.Seeds}
	d.document(name, b, &c)
	for _, s := range settings {
		d.merge(c.apply(s))
	}
	c.firstFold()
	c.propose()
	k := checker{config: &c, broken: d.broken}
	k.all()
	if err := append(d.mistakes, k.mistakes...).sorted(); err != nil {
		return nil, err
	}
	return c.rescaled()
}

// Check reports everything in c that cannot be right: values out of range, unknown names, keys that
// contradict each other. Its error is a Mistakes. Load and Parse have checked already; Set leaves what
// concerns several keys to it.
func (c *Config) Check() error {
	k := checker{config: c}
	k.all()
	return k.mistakes.sorted()
}

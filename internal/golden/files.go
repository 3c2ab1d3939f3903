package golden

// Tensor is a whole tensor.
type Tensor struct {
	Shape []int     `json:"shape"`
	Value []float64 `json:"value"`
}

// Sample is a large tensor's statistics over all elements, and some of its values by flat index.
type Sample struct {
	Shape []int     `json:"shape"`
	Mean  float64   `json:"mean"`
	Std   float64   `json:"std"` // of the population: divided by n
	Min   float64   `json:"min"`
	Max   float64   `json:"max"`
	Index []int     `json:"index"`
	Value []float64 `json:"value"`
}

// Stage is what a part of a network, named as in the state dict, returns.
type Stage struct {
	Name         string  `json:"name"`
	Float32Error float64 `json:"float32_error"`
	Sample
}

// Gradient is a parameter's gradient: its L2 norm, and a sample for some of the parameters.
type Gradient struct {
	Name         string  `json:"name"`
	Norm         float64 `json:"norm"`
	Float32Error float64 `json:"float32_error"` // of one element, at most
	Sample       *Sample `json:"sample"`
}

// UNet is unet_b0.json: Unet("efficientnet-b0", classes=11) in evaluation, with Weights.
type UNet struct {
	Model string     `json:"model"`
	Cases []UNetCase `json:"cases"`
}

// UNetCase is one evaluation on Input of the size Input gives (NCHW).
type UNetCase struct {
	Input  [4]int `json:"input"`
	Logits struct {
		Float32Error float64 `json:"float32_error"`
		Sample
	} `json:"logits"`
	Classes []Sample `json:"classes"` // statistics of each class's logits, no values
	Stages  []Stage  `json:"stages"`  // in the order of computation; the stem before its activation
}

// UNetTrain is unet_b0_train.json: training of the same model without drop-connect on one batch, Input and
// Labels: cross-entropy, gradients of the first step, and AdamW (betas 0.9 and 0.999, eps 1e-8).
//
// Ahead of a ReLU rounding now and then changes a sign, and with it the mask of the backward pass: float32
// gradients of the whole U-Net are good to a percent. Parts asks for every digit.
type UNetTrain struct {
	Input         [4]int     `json:"input"`
	Classes       int        `json:"classes"`
	IgnoreIndex   int        `json:"ignore_index"`
	LR            float64    `json:"lr"`
	WeightDecay   float64    `json:"weight_decay"`
	Unused        []string   `json:"unused"` // parameters without a gradient, which no step may change
	Losses        []float64  `json:"losses"` // before each step
	Float32Losses []float64  `json:"float32_losses"`
	Gradients     []Gradient `json:"gradients"`
	Running       []Running  `json:"running"` // after the last step
}

// UNetCurve is unet_b0_curve.json: the losses before each of twenty steps of AdamW on the same model, Input and Labels. The
// shifts of the decoder's normalisations start Push further away from zero, so that rounding changes the side of no number
// ahead of a ReLU. Rough is the same without the push: how far PyTorch's float32 is from its float64 then.
type UNetCurve struct {
	Input         [4]int       `json:"input"`
	Classes       int          `json:"classes"`
	IgnoreIndex   int          `json:"ignore_index"`
	LR            float64      `json:"lr"`
	WeightDecay   float64      `json:"weight_decay"`
	Push          float64      `json:"push"`
	Losses        []float64    `json:"losses"`
	Float32Losses [2][]float64 `json:"float32_losses"` // with one thread and with two
	Rough         struct {
		Losses        []float64    `json:"losses"`
		Float32Losses [2][]float64 `json:"float32_losses"`
	} `json:"rough"`
}

// HeadsFile is heads.json: a step of models with a classification head and deep supervision whose encoder is frozen, on
// Pictures from number First on and Labels of Classes, which is what is ignored. The heads of inner stages have Weights of
// their names, from "deep_supervision.0.weight" on, the shifts of the decoder's normalisations are moved as in DecoderStep, and
// the gradients are written as there.
type HeadsFile struct {
	Input     [3]int  `json:"input"` // N, H, W
	Classes   int     `json:"classes"`
	AuxWeight float64 `json:"aux_weight"`
	MinShare  float64 `json:"min_share"`
	Cases     []struct {
		Arch        string               `json:"arch"`
		First       int                  `json:"first"`
		Loss        float64              `json:"loss"`
		Float32Loss float64              `json:"float32_loss"`
		Labels      []float64            `json:"labels"` // of each picture and class
		Gradients   map[string][]float64 `json:"gradients"`
	} `json:"cases"`
}

// Stem is stem.json: results and gradients of the stem that halves pictures, on Values of its key, with Weights of the names in a
// checkpoint. The loss is Σ slope·result, with slopes that are Values too.
type Stem struct {
	Cases []struct {
		Key        string               `json:"key"`
		Shape      [4]int               `json:"shape"` // N, C, H, W
		Evaluation []float64            `json:"evaluation"`
		Result     []float64            `json:"result"`
		Gradients  map[string][]float64 `json:"gradients"`
		Running    map[string][]float64 `json:"running"`
	} `json:"cases"`
}

// Running is a running statistic of batch normalisation.
type Running struct {
	Name         string  `json:"name"`
	Float32Error float64 `json:"float32_error"`
	Tensor
}

// Parts is parts_b0_train.json: gradients of the encoder alone and of the decoder with its head alone, in
// training mode without drop-connect, where float32 has no sign of a ReLU to lose.
type Parts struct {
	Encoder Part `json:"encoder"`
	Decoder Part `json:"decoder"`
}

// Part is the cross-entropy of a part's result, with Labels of its size, and the gradients.
//
// The encoder is given Input, and its last feature counts as logits of 320 classes. The decoder's feature i
// (stride 2 first) is Pictures(First+2*i, shape…); the gradients by features are named features.0 and so on.
type Part struct {
	First       int        `json:"first"`
	Input       [4]int     `json:"input"`
	Features    [][4]int   `json:"features"`
	Classes     int        `json:"classes"`
	IgnoreIndex int        `json:"ignore_index"`
	Loss        float64    `json:"loss"`
	Float32Loss float64    `json:"float32_loss"`
	Gradients   []Gradient `json:"gradients"`
}

// Lite is lite0.json: the features of timm-tf_efficientnet_lite0 with pretrained weights on a photograph. Weights and
// photograph are files that are not kept; their SHA-256 tell whether others are the same. The input is the photograph's
// upper left corner of Size, as (v/255 - 0.5)/0.5.
type Lite struct {
	Weights       string    `json:"weights"`
	Picture       string    `json:"picture"`
	PictureSHA256 string    `json:"picture_sha256"`
	Size          [2]int    `json:"size"` // height, width
	Features      []Feature `json:"features"`
}

// Feature is a feature map of an encoder.
type Feature struct {
	Float32Error float64 `json:"float32_error"`
	Sample
}

// Encoders is encoders_FAMILY.json, with weights by WeightsOf.
type Encoders struct {
	Encoders []EncoderCase `json:"encoders"`
}

// EncoderCase is one encoder: its state dict, as the SHA-256 of lines "name [shape] dtype", and what it computes.
type EncoderCase struct {
	Name       string           `json:"name"`
	Gain       float64          `json:"gain"`
	Damped     string           `json:"damped"` // parameters whose names end so have a quarter of their values; empty: none
	Entries    int              `json:"entries"`
	Parameters int              `json:"parameters"`
	SHA256     string           `json:"sha256"`
	Cases      []Features       `json:"cases"`
	Gradients  *EncoderGradient `json:"gradients"` // nil for most
}

// Features are the feature maps of Pictures from number 0 on (N, H, W), without those that have no channels.
type Features struct {
	InChannels   int     `json:"in_channels"` // these three are 0 where they are the defaults
	Depth        int     `json:"depth"`
	OutputStride int     `json:"output_stride"`
	Training     bool    `json:"training"`
	Input        [3]int  `json:"input"`
	Features     []Stage `json:"features"`
}

// EncoderGradient has the gradients, in training and with the shifts of batch normalisations moved up by 3 (rounding then
// changes the side of few numbers ahead of a ReLU), of the sum over feature maps i of the map times Weights of
// "loss.i.bias", for Pictures from number First on.
type EncoderGradient struct {
	First      int            `json:"first"`
	Input      [3]int         `json:"input"`
	Parameters []ProjectedSum `json:"parameters"`
}

// ProjectedSum is a gradient by its norm and its products with Direction NAME.direction.I. Three times the mean square of
// the products is on average the squared norm.
type ProjectedSum struct {
	Name         string    `json:"name"`
	Norm         float64   `json:"norm"`
	Float32Error float64   `json:"float32_error"` // the norm of the difference
	Projections  []float64 `json:"projections"`
}

// Decoders is decoders_ARCH.json: models of one architecture.
type Decoders struct {
	Arch   string         `json:"arch"`
	Models []DecoderModel `json:"models"`
}

// DecoderModel is one model: its state dict, as the SHA-256 of lines "name [shape] dtype", and what it computes with
// weights by WeightsOf. Init are the least, the largest, the mean and the deviation of fresh parameters.
type DecoderModel struct {
	Name    string                `json:"name"`
	Encoder string                `json:"encoder"`
	Gain    float64               `json:"gain"`
	Entries int                   `json:"entries"`
	SHA256  string                `json:"sha256"`
	Cases   []DecoderCase         `json:"cases"`
	Init    map[string][4]float64 `json:"init"` // nil for most
	Step    *DecoderStep          `json:"step"` // nil for none
}

// DecoderCase is the logits, and the labels of a model that has them, for Pictures from number First on (N, H, W).
type DecoderCase struct {
	Training bool    `json:"training"`
	First    int     `json:"first"`
	Input    [3]int  `json:"input"`
	Results  []Stage `json:"results"`
}

// DecoderStep is the training of decoder and heads alone. The shifts of normalisations are moved by 3 away from zero, or
// up where there is one channel: rounding changes the sign of few numbers ahead of a ReLU then. Feature map i is Pictures from number First+2*i on. The
// gradients are those of the sum over results i of the result times Weights of "loss.i.bias": of each parameter and of
// the maps, features.i, the norm, the norm of PyTorch's own float32 error, and the products with Direction
// NAME.direction.I. Three times the mean square of these is on average the squared norm.
type DecoderStep struct {
	First     int                  `json:"first"`
	Features  [][4]int             `json:"features"`
	Results   []Stage              `json:"results"`
	Gradients map[string][]float64 `json:"gradients"`
}

// Losses is losses.json.
type Losses struct {
	Cases []LossCase `json:"cases"`
}

// LossCase is one loss, over the whole batch, and its gradient by the logits, which Values(Key, …)·Scale are. The loss is
// cross_entropy, bce, sigmoid_focal, focal, dice, jaccard, tversky, mcc, lovasz, hard_cross_entropy, boundary,
// generalized_cross_entropy, symmetric_cross_entropy or bootstrapped_cross_entropy. Mode is binary (one channel, labels 0 and 1), multilabel (5 channels, a label for each) or else multiclass (5 classes).
type LossCase struct {
	Loss             string    `json:"loss"`
	Name             string    `json:"name"`
	Mode             string    `json:"mode"`
	Key              string    `json:"key"`
	Scale            float64   `json:"scale"`
	IgnoreIndex      *int      `json:"ignore_index"` // nil: nothing is ignored
	LabelSmoothing   float64   `json:"label_smoothing"`
	ClassWeights     []float32 `json:"class_weights"`
	PosWeight        []float32 `json:"pos_weight"`
	Classes          []int     `json:"classes"`
	Smooth           float64   `json:"smooth"`
	LogLoss          bool      `json:"log_loss"`
	Alpha            *float32  `json:"alpha"`
	Beta             float64   `json:"beta"`
	Gamma            float64   `json:"gamma"`
	ReducedThreshold float32   `json:"reduced_threshold"`
	PerImage         bool      `json:"per_image"`
	Keep             float64   `json:"keep"`
	Threshold        float64   `json:"threshold"`
	Q                float64   `json:"q"`
	LogZero          float64   `json:"log_zero"`
	Hard             bool      `json:"hard"`
	Target           []int     `json:"target"`
	Mixed            []int     `json:"mixed"`
	Share            []float32 `json:"share"`
	Value            float64   `json:"value"`
	Grad             []float64 `json:"grad"`
}

// Shape returns that of the logits, as N, C, H, W.
func (c LossCase) Shape() []int {
	if c.Mode == "binary" {
		return []int{2, 1, 3, 4}
	}
	return []int{2, 5, 3, 4}
}

// Ops is ops.json.
type Ops struct {
	Cases []OpCase `json:"cases"`
}

// OpCase is one operation and its gradients Grad of the inputs In, for the gradient GradOut of the result
// Out. Op is one of conv2d, bilinear, nearest, max_pool, avg_pool, global_avg_pool, batch_norm, relu, silu,
// sigmoid, softmax, log_softmax (over channels). In and Grad have x, and for conv2d and batch_norm weight
// and bias.
type OpCase struct {
	Op      string            `json:"op"`
	Name    string            `json:"name"`
	Attr    OpAttr            `json:"attr"`
	In      map[string]Tensor `json:"in"`
	Out     Tensor            `json:"out"`
	GradOut Tensor            `json:"grad_out"`
	Grad    map[string]Tensor `json:"grad"`
	After   map[string]Tensor `json:"after"` // batch_norm: running_mean and running_var after the call
}

// OpAttr are the settings of an operation, as far as it has them.
type OpAttr struct {
	Kernel          [2]int    `json:"kernel"` // height, width, as all pairs
	Stride          [2]int    `json:"stride"`
	Pad             [4]int    `json:"pad"` // top, bottom, left, right
	Dilation        [2]int    `json:"dilation"`
	Groups          int       `json:"groups"`
	Size            [2]int    `json:"size"` // of the resized picture
	AlignCorners    bool      `json:"align_corners"`
	CountIncludePad bool      `json:"count_include_pad"`
	Eps             float64   `json:"eps"`
	Momentum        float64   `json:"momentum"` // weight of the new batch
	Training        bool      `json:"training"`
	RunningMean     []float64 `json:"running_mean"` // before the call
	RunningVar      []float64 `json:"running_var"`
}

// Optim is optim.json: parameters by name ("matrix" of shape 4×3 as OI, "vector"), flat, and what becomes of them.
type Optim struct {
	Start      map[string][]float64   `json:"start"`
	Grads      map[string][][]float64 `json:"grads"` // of each step
	Kept       []int                  `json:"kept"`  // steps, counted from 1, after which parameters were kept
	Optimizers []OptimizerCase        `json:"optimizers"`
	Clips      []ClipCase             `json:"clips"`
	ClipValues []ClipValueCase        `json:"clip_values"`
	Averages   []AverageCase          `json:"averages"`
}

// OptimizerCase is fifty steps of an optimizer with the settings that it has, which are named as in PyTorch.
type OptimizerCase struct {
	Optimizer     string     `json:"optimizer"`
	LR            float64    `json:"lr"`
	Betas         [2]float64 `json:"betas"`
	Eps           float64    `json:"eps"`
	WeightDecay   float64    `json:"weight_decay"`
	Decoupled     bool       `json:"decoupled_weight_decay"`
	Momentum      float64    `json:"momentum"`
	Dampening     float64    `json:"dampening"`
	Nesterov      bool       `json:"nesterov"`
	MomentumDecay float64    `json:"momentum_decay"`
	Delta         float64    `json:"delta"`
	DecayRatio    float64    `json:"wd_ratio"`
	Lookahead     *struct {
		K     int     `json:"k"`
		Alpha float64 `json:"alpha"`
	} `json:"lookahead"`
	AMSGrad  bool                   `json:"amsgrad"`
	OneCycle bool                   `json:"one_cycle"` // rate and momentum go as in OneCycleLR with its defaults, over fifty steps
	Steps    []map[string][]float64 `json:"steps"`     // the parameters after the kept steps
}

// ClipCase is clip_grad_norm_ of two gradients: their common L2 norm before, and the gradients before and
// after.
type ClipCase struct {
	MaxNorm float64     `json:"max_norm"`
	Norm    float64     `json:"norm"`
	Before  [][]float64 `json:"before"`
	After   [][]float64 `json:"after"`
}

// ClipValueCase is clip_grad_value_ of a gradient.
type ClipValueCase struct {
	Limit  float64   `json:"limit"`
	Before []float64 `json:"before"`
	After  []float64 `json:"after"`
}

// AverageCase is an AveragedModel, "swa" or "ema": the values it finds at each update, and its mean after each.
type AverageCase struct {
	Kind  string      `json:"kind"`
	Decay float64     `json:"decay"`
	Live  [][]float64 `json:"live"`
	Means [][]float64 `json:"means"`
}

// Schedules is schedules.json: rates of the steps from 0 up.
type Schedules struct {
	LR       float64        `json:"lr"`
	Cases    []ScheduleCase `json:"cases"`
	Plateaus []PlateauCase  `json:"plateaus"`
}

// ScheduleCase is a schedule with the settings that it has, which are named as in PyTorch.
type ScheduleCase struct {
	Schedule    string    `json:"schedule"`
	Warmup      int       `json:"warmup"`       // steps of a linear rise before it
	StartFactor float64   `json:"start_factor"` // of a rise within LinearIters steps before it
	LinearIters int       `json:"linear_iters"`
	TMax        int       `json:"T_max"`
	EtaMin      float64   `json:"eta_min"`
	T0          int       `json:"T_0"`
	TMult       int       `json:"T_mult"`
	StepSize    int       `json:"step_size"`
	Milestones  []int     `json:"milestones"`
	Gamma       float64   `json:"gamma"`
	TotalIters  int       `json:"total_iters"`
	Power       float64   `json:"power"`
	MaxLR       float64   `json:"max_lr"`
	TotalSteps  int       `json:"total_steps"`
	PctStart    float64   `json:"pct_start"`
	Div         float64   `json:"div_factor"`
	FinalDiv    float64   `json:"final_div_factor"`
	Anneal      string    `json:"anneal_strategy"`
	ThreePhase  bool      `json:"three_phase"`
	SWALR       float64   `json:"swa_lr"`
	AnnealSpan  int       `json:"anneal_epochs"`
	Rates       []float64 `json:"rates"`
	Momenta     []float64 `json:"momenta"` // of one_cycle
}

// PlateauCase is a ReduceLROnPlateau: what was measured after each step, and the rate before it.
type PlateauCase struct {
	Mode          string    `json:"mode"`
	Factor        float64   `json:"factor"`
	Patience      int       `json:"patience"`
	Threshold     *float64  `json:"threshold"`
	ThresholdMode string    `json:"threshold_mode"`
	Cooldown      int       `json:"cooldown"`
	MinLR         float64   `json:"min_lr"`
	Eps           *float64  `json:"eps"`
	Measured      []float64 `json:"measured"`
	Rates         []float64 `json:"rates"`
}

// Init is init.json: statistics of the parameters of a freshly made Unet("efficientnet-b0", classes=11).
type Init struct {
	Parameters []struct {
		Name  string  `json:"name"`
		Shape []int   `json:"shape"`
		Min   float64 `json:"min"`
		Max   float64 `json:"max"`
		Mean  float64 `json:"mean"`
		Std   float64 `json:"std"` // of the population: divided by n
	} `json:"parameters"`
}

// Metrics is metrics.json: counts and scores of masks and flags that the tests generate as tools/golden/metrics.py does.
type Metrics struct {
	Shape   [3]int       `json:"shape"`  // images, height, width
	Ignore  int          `json:"ignore"` // what label 4 becomes in cases that ignore
	Shares  []float64    `json:"shares"` // of the flags of each class
	Weights []float64    `json:"weights"`
	Cases   []MetricCase `json:"cases"`
}

// MetricCase is one task. What is not finite is nil.
type MetricCase struct {
	Mode      string                  `json:"mode"`
	Classes   int                     `json:"classes"`
	Ignored   bool                    `json:"ignored"`
	Threshold float64                 `json:"threshold"`
	Counts    [][4]int64              `json:"counts"` // tp, fp, fn, tn of each image and class
	Scores    map[string]MetricScores `json:"scores"`
	Boundary  *BoundaryScores         `json:"boundary"`
}

// MetricScores are one metric of each image and class, with 0.25 for zero divisions, and reduced: the key is the reduction,
// the number for zero divisions and perhaps "weights".
type MetricScores struct {
	None    []*float64          `json:"none"`
	Reduced map[string]*float64 `json:"reduced"`
}

// BoundaryScores are F1 of outlines for each tolerance, and then each image and class.
type BoundaryScores struct {
	Tolerances []float64    `json:"tolerances"`
	F1         [][]*float64 `json:"f1"`
}

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

// EncoderGradient has the gradients, in training, of the sum over feature maps i of the map times Weights of
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

// LossCase is one loss, "cross_entropy" or "dice" (multiclass, over the whole batch), and its gradient by
// the logits.
type LossCase struct {
	Loss           string    `json:"loss"`
	Name           string    `json:"name"`
	IgnoreIndex    *int      `json:"ignore_index"` // nil: nothing is ignored
	LabelSmoothing float64   `json:"label_smoothing"`
	ClassWeights   []float64 `json:"class_weights"`
	Smooth         float64   `json:"smooth"`
	Logits         Tensor    `json:"logits"`
	Target         []int     `json:"target"`
	Value          float64   `json:"value"`
	Grad           Tensor    `json:"grad"`
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

// Optim is optim.json.
type Optim struct {
	Optimizers []OptimizerCase `json:"optimizers"`
	Clips      []ClipCase      `json:"clips"`
	Schedules  []ScheduleCase  `json:"schedules"`
}

// OptimizerCase is ten steps of "adamw" or "sgd" on a vector: Grads[k] takes it from Steps[k-1], or Start,
// to Steps[k].
type OptimizerCase struct {
	Optimizer   string      `json:"optimizer"`
	LR          float64     `json:"lr"`
	Betas       [2]float64  `json:"betas"`
	Eps         float64     `json:"eps"`
	WeightDecay float64     `json:"weight_decay"`
	Momentum    float64     `json:"momentum"`
	Nesterov    bool        `json:"nesterov"`
	Start       []float64   `json:"start"`
	Grads       [][]float64 `json:"grads"`
	Steps       [][]float64 `json:"steps"`
}

// ClipCase is clip_grad_norm_ of two gradients: their common L2 norm before, and the gradients before and
// after.
type ClipCase struct {
	MaxNorm float64     `json:"max_norm"`
	Norm    float64     `json:"norm"`
	Before  [][]float64 `json:"before"`
	After   [][]float64 `json:"after"`
}

// ScheduleCase is the learning rate at steps 0 … Steps of a schedule; there is "cosine", from LR down to
// MinLR.
type ScheduleCase struct {
	Schedule string    `json:"schedule"`
	LR       float64   `json:"lr"`
	MinLR    float64   `json:"min_lr"`
	Steps    int       `json:"steps"`
	Rates    []float64 `json:"rates"`
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

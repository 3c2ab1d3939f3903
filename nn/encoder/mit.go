package encoder

import (
	"math/rand/v2"

	"tessera/autograd"
	"tessera/nn"
)

// MixTransformer is the encoder of Xie et al., "SegFormer: Simple and Efficient Design for Semantic Segmentation with
// Transformers" (NeurIPS 2021). It has no feature map at 1/2: Channels gives 0 for it, and Forward nil.
type MixTransformer struct {
	Embed1 *PatchEmbed   `name:"patch_embed1"`
	Embed2 *PatchEmbed   `name:"patch_embed2"`
	Embed3 *PatchEmbed   `name:"patch_embed3"`
	Embed4 *PatchEmbed   `name:"patch_embed4"`
	Block1 []*MixBlock   `name:"block1"`
	Norm1  *nn.LayerNorm `name:"norm1"`
	Block2 []*MixBlock   `name:"block2"`
	Norm2  *nn.LayerNorm `name:"norm2"`
	Block3 []*MixBlock   `name:"block3"`
	Norm3  *nn.LayerNorm `name:"norm3"`
	Block4 []*MixBlock   `name:"block4"`
	Norm4  *nn.LayerNorm `name:"norm4"`

	channels []int
}

// PatchEmbed makes an image smaller: a convolution of overlapping windows.
type PatchEmbed struct {
	Project *nn.Conv2D    `name:"proj"`
	Norm    *nn.LayerNorm `name:"norm"`
}

// MixBlock is attention and a network of each pixel and its neighbours, both residual.
type MixBlock struct {
	Norm1     *nn.LayerNorm `name:"norm1"`
	Attention *MixAttention `name:"attn"`
	Norm2     *nn.LayerNorm `name:"norm2"`
	MLP       *MixMLP       `name:"mlp"`

	drop float64
}

// MixAttention is attention to an image that has been made smaller.
type MixAttention struct {
	Query   *nn.Linear    `name:"q"`
	KeyVal  *nn.Linear    `name:"kv"`
	Project *nn.Linear    `name:"proj"`
	Reduce  *nn.Conv2D    `name:"sr"`   // nil where the image stays as it is
	Norm    *nn.LayerNorm `name:"norm"` // of the smaller image

	heads int
}

// MixMLP widens, filters each channel and narrows.
type MixMLP struct {
	Wide   *nn.Linear `name:"fc1"`
	Depth  *MixDepth  `name:"dwconv"`
	Narrow *nn.Linear `name:"fc2"`
}

// MixDepth is a depthwise convolution, one level down.
type MixDepth struct {
	Conv *nn.DepthwiseConv2D `name:"dwconv"`
}

// mixStage is what the stages have in common in all members of the family.
type mixStage struct{ kernel, stride, heads, reduce int }

var mixStages = [4]mixStage{{7, 4, 1, 8}, {3, 2, 2, 4}, {3, 2, 5, 2}, {3, 2, 8, 1}}

func init() {
	for name, a := range map[string]struct{ channels, blocks [4]int }{
		"mit_b0": {[4]int{32, 64, 160, 256}, [4]int{2, 2, 2, 2}},
		"mit_b1": {[4]int{64, 128, 320, 512}, [4]int{2, 2, 2, 2}},
		"mit_b2": {[4]int{64, 128, 320, 512}, [4]int{3, 4, 6, 3}},
	} {
		registry[name] = func(rng *rand.Rand, o Options) Encoder {
			return newMixTransformer(rng, o, a.channels, a.blocks)
		}
	}
}

func newMixTransformer(rng *rand.Rand, o Options, channels, blocks [4]int) *MixTransformer {
	m := &MixTransformer{channels: append([]int{0}, channels[:o.Depth-1]...)}
	total, done := blocks[0]+blocks[1]+blocks[2]+blocks[3], 0
	in := o.InChannels
	for i, p := range m.stages() {
		s, c, at := mixStages[i], channels[i], 4<<i
		*p.embed = &PatchEmbed{mixConv(rng, in, c, o.conv(s.kernel, s.stride, at)), nn.NewLayerNorm(c, 1e-5)}
		for range blocks[i] {
			drop := o.DropConnect * float64(done) / float64(total-1)
			*p.blocks = append(*p.blocks, newMixBlock(rng, o, c, s, at, drop))
			done++
		}
		*p.norm = nn.NewLayerNorm(c, 1e-6)
		if i+2 > o.Depth {
			freeze(*p.embed, *p.blocks, *p.norm)
		}
		in = c
	}
	return m
}

// mixParts are the parts of a stage.
type mixParts struct {
	embed  **PatchEmbed
	blocks *[]*MixBlock
	norm   **nn.LayerNorm
}

func (m *MixTransformer) stages() []mixParts {
	return []mixParts{
		{&m.Embed1, &m.Block1, &m.Norm1}, {&m.Embed2, &m.Block2, &m.Norm2},
		{&m.Embed3, &m.Block3, &m.Norm3}, {&m.Embed4, &m.Block4, &m.Norm4},
	}
}

// mixConv makes a convolution with a bias of zeros.
func mixConv(rng *rand.Rand, ic, oc int, c nn.ConvOptions) *nn.Conv2D {
	c.Init, c.BiasInit = heNormal(c.Kernel*c.Kernel*oc), nn.Zero
	return nn.NewConv2D(rng, ic, oc, c)
}

// newMixBlock makes a block of a stage at 1/at.
func newMixBlock(rng *rand.Rand, o Options, c int, s mixStage, at int, drop float64) *MixBlock {
	linear := func(ic, oc int) *nn.Linear { return nn.NewLinear(rng, ic, oc, nn.Normal(0.02), nn.Zero) }
	a := &MixAttention{Query: linear(c, c), KeyVal: linear(c, 2*c), Project: linear(c, c), heads: s.heads}
	if s.reduce > 1 {
		window := o.conv(s.reduce, s.reduce, at) // reduces nothing where it is spread: so it is upstream
		if window.Dilation == 1 {
			window.Pad = nn.Pad(0)
		}
		a.Reduce, a.Norm = mixConv(rng, c, c, window), nn.NewLayerNorm(c, 1e-5)
	}
	depth := o.conv(3, 1, at)
	depth.Init, depth.BiasInit = heNormal(9), nn.Zero
	return &MixBlock{
		Norm1: nn.NewLayerNorm(c, 1e-6), Attention: a, Norm2: nn.NewLayerNorm(c, 1e-6), drop: drop,
		MLP: &MixMLP{linear(c, 4*c), &MixDepth{nn.NewDepthwiseConv2D(rng, 4*c, depth)}, linear(4*c, c)},
	}
}

// Channels returns the channels of the feature maps, 0 for that at 1/2.
func (m *MixTransformer) Channels() []int { return m.channels }

// Forward returns the feature maps at 1/2, 1/4, … of x [N, H, W, C], nil for the first. Pictures are 32 pixels high and
// wide at least.
func (m *MixTransformer) Forward(t *autograd.Tape, x *autograd.Var) []*autograd.Var {
	features := []*autograd.Var{nil}
	for _, s := range m.stages()[:len(m.channels)-1] {
		embed := *s.embed
		x = embed.Norm.Forward(t, embed.Project.Forward(t, x))
		for _, b := range *s.blocks {
			x = b.Forward(t, x)
		}
		x = (*s.norm).Forward(t, x)
		features = append(features, x)
	}
	return features
}

// Forward computes the block of x [N, H, W, C].
func (b *MixBlock) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	y := b.Attention.Forward(t, b.Norm1.Forward(t, x))
	x = autograd.Add(t, x, autograd.DropConnect(t, y, b.drop))
	y = b.MLP.Forward(t, b.Norm2.Forward(t, x))
	return autograd.Add(t, x, autograd.DropConnect(t, y, b.drop))
}

// Forward lets each pixel of x [N, H, W, C] look at the image made smaller.
func (a *MixAttention) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	seen := x
	if a.Reduce != nil {
		seen = a.Norm.Forward(t, a.Reduce.Forward(t, x))
	}
	y := autograd.Attention(t, a.Query.Forward(t, x), a.KeyVal.Forward(t, seen), a.heads)
	return a.Project.Forward(t, y)
}

// Forward computes the network of x [N, H, W, C].
func (m *MixMLP) Forward(t *autograd.Tape, x *autograd.Var) *autograd.Var {
	y := autograd.GELU(t, m.Depth.Conv.Forward(t, m.Wide.Forward(t, x)))
	return m.Narrow.Forward(t, y)
}

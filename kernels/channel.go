package kernels

// The kernels of channels pass once over maps: matrices rows×c, contiguous, whose columns are channels with factors of their own.
// Those with stream write their result past the caches, where the processor can: the lines are not read before they are
// written, and push nothing out. That pays for maps larger than the caches, which nobody reads at once; results are the same.
var (
	channelAffine         = newFamily("channelAffine", channelAffineGeneric)
	channelAffineReLU     = newFamily("channelAffineReLU", channelAffineReLUGeneric)
	channelAffineSiLU     = newFamily("channelAffineSiLU", channelAffineSiLUGeneric)
	channelScale          = newFamily("channelScale", channelScaleGeneric)
	batchNormGrad         = newFamily("batchNormGrad", batchNormGradGeneric)
	batchNormGradAdd      = newFamily("batchNormGradAdd", batchNormGradAddGeneric)
	channelAffineReLUGrad = newFamily("channelAffineReLUGrad", channelAffineReLUGradGeneric)
	channelAffineSiLUGrad = newFamily("channelAffineSiLUGrad", channelAffineSiLUGradGeneric)
)

// Streams tells whether a map of so many numbers is better written past the caches: it would have left them by the time it is
// read.
func Streams(floats int) bool { return floats >= 2<<20 }

// ChannelAffine scales and shifts every channel of x [rows, c] by a and b [c]; b may be nil. y may be x, unless it streams.
//
//	y[i][j] = x[i][j]*a[j] + b[j]
func ChannelAffine(rows, c int, stream bool, x, a, b, y []float32) {
	if b == nil {
		channelScale.fn(rows, c, stream, x[:rows*c], a[:c], y[:rows*c])
		return
	}
	channelAffine.fn(rows, c, stream, x[:rows*c], a[:c], b[:c], y[:rows*c])
}

// ChannelAffineReLU is ChannelAffine and then ReLU in one pass, bit for bit; b is needed.
//
//	y[i][j] = max(x[i][j]*a[j] + b[j], 0)
func ChannelAffineReLU(rows, c int, stream bool, x, a, b, y []float32) {
	channelAffineReLU.fn(rows, c, stream, x[:rows*c], a[:c], b[:c], y[:rows*c])
}

// ChannelAffineSiLU is ChannelAffine and then SiLU in one pass, bit for bit; b is needed.
//
//	z = x[i][j]*a[j] + b[j];  y[i][j] = z·σ(z)
func ChannelAffineSiLU(rows, c int, stream bool, x, a, b, y []float32) {
	channelAffineSiLU.fn(rows, c, stream, x[:rows*c], a[:c], b[:c], y[:rows*c])
}

// ChannelAffineReLUGrad takes dy [rows, c] through the ReLU of ChannelAffineReLU. dx may be dy.
//
//	dx[i][j] = dy[i][j] where x[i][j]*a[j] + b[j] > 0, else 0
func ChannelAffineReLUGrad(rows, c int, x, a, b, dy, dx []float32) {
	channelAffineReLUGrad.fn(rows, c, x[:rows*c], a[:c], b[:c], dy[:rows*c], dx[:rows*c])
}

// ChannelAffineSiLUGrad takes dy [rows, c] through the SiLU of ChannelAffineSiLU. dx may be dy.
//
//	z = x[i][j]*a[j] + b[j];  dx[i][j] = dy[i][j]·σ(z)·(1 + z·(1 - σ(z)))
func ChannelAffineSiLUGrad(rows, c int, x, a, b, dy, dx []float32) {
	channelAffineSiLUGrad.fn(rows, c, x[:rows*c], a[:c], b[:c], dy[:rows*c], dx[:rows*c])
}

// BatchNormGrad computes the gradient of the input of batch normalisation, or adds it to dx if accumulate is set, which does not
// stream:
//
//	dx[i][j] = dy[i][j]*a[j] + x[i][j]*b[j] + k[j]
//
// With n rows, scale γ, and σ² = variance + ε: a = γ/σ, b = -a·s2/(n·σ²) and k = -b·mean - a·s1/n, from the totals of
// BatchNormGradSums (Ioffe and Szegedy 2015, section 3). dx may be dy or x, except when accumulating or streaming.
func BatchNormGrad(rows, c int, accumulate, stream bool, x, dy, a, b, k, dx []float32) {
	if accumulate {
		batchNormGradAdd.fn(rows, c, x[:rows*c], dy[:rows*c], a[:c], b[:c], k[:c], dx[:rows*c])
		return
	}
	batchNormGrad.fn(rows, c, stream, x[:rows*c], dy[:rows*c], a[:c], b[:c], k[:c], dx[:rows*c])
}

package kernels

// A channel16Kernel is what the kernels of channel.go are for maps that lie in bfloat16: numbers are widened, computed with in
// float32 as there, and rounded as Narrow16 does.
type channel16Kernel struct {
	affine, relu, silu func(rows, c int, stream bool, x []uint16, a, b []float32, y []uint16)
	scale              func(rows, c int, x []uint16, a []float32, y []uint16)
	grad               func(rows, c int, stream bool, x, dy []uint16, a, b, k []float32, dx []uint16)
}

var channel16 = newFamily("channel16", channel16Kernel{
	channel16AffineGeneric, channel16ReLUGeneric, channel16SiLUGeneric, channel16ScaleGeneric, channel16GradGeneric})

// Streams16 is Streams for maps in bfloat16.
func Streams16(numbers int) bool { return numbers >= 8<<20 }

// ChannelAffine16 is ChannelAffine of a map in bfloat16 to another; b is needed.
//
//	y[i][j] = bf16(x[i][j]*a[j] + b[j])
func ChannelAffine16(rows, c int, stream bool, x []uint16, a, b []float32, y []uint16) {
	channel16.fn.affine(rows, c, stream, x[:rows*c], a[:c], b[:c], y[:rows*c])
}

// ChannelAffineReLU16 is ChannelAffineReLU of a map in bfloat16 to another.
//
//	y[i][j] = bf16(max(x[i][j]*a[j] + b[j], 0))
func ChannelAffineReLU16(rows, c int, stream bool, x []uint16, a, b []float32, y []uint16) {
	channel16.fn.relu(rows, c, stream, x[:rows*c], a[:c], b[:c], y[:rows*c])
}

// ChannelAffineSiLU16 is ChannelAffineSiLU of a map in bfloat16 to another, with a sigmoid of its own (sigma16.go).
//
//	z = x[i][j]*a[j] + b[j];  y[i][j] = bf16(z·σ(z))
func ChannelAffineSiLU16(rows, c int, stream bool, x []uint16, a, b []float32, y []uint16) {
	channel16.fn.silu(rows, c, stream, x[:rows*c], a[:c], b[:c], y[:rows*c])
}

// channelScale16 scales every channel of a map in bfloat16: y[i][j] = bf16(x[i][j]*a[j])
func channelScale16(rows, c int, x []uint16, a []float32, y []uint16) {
	channel16.fn.scale(rows, c, x[:rows*c], a[:c], y[:rows*c])
}

// BatchNormGrad16 is BatchNormGrad where all maps are in bfloat16, without accumulating.
//
//	dx[i][j] = bf16(dy[i][j]*a[j] + x[i][j]*b[j] + k[j])
func BatchNormGrad16(rows, c int, stream bool, x, dy []uint16, a, b, k []float32, dx []uint16) {
	channel16.fn.grad(rows, c, stream, x[:rows*c], dy[:rows*c], a[:c], b[:c], k[:c], dx[:rows*c])
}

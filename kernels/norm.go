package kernels

// The kernels of normalisation see an image as a matrix rows×c, contiguous: a row is a pixel, a column a channel.
// Those that sum over rows add to what the sums hold, row after row, in float32; callers give blocks of at most a few
// thousand rows and combine the blocks' sums in float64.
var (
	channelSums       = newFamily("channelSums", channelSumsGeneric)
	channelMoments    = newFamily("channelMoments", channelMomentsGeneric)
	channelDot        = newFamily("channelDot", channelDotGeneric)
	channelMulAdd     = newFamily("channelMulAdd", channelMulAddGeneric)
	channelAdd        = newFamily("channelAdd", channelAddGeneric)
	batchNormGradSums = newFamily("batchNormGradSums", batchNormGradSumsGeneric)
)

// ChannelSums adds every row of x [rows, c] to s [c]:
//
//	s[j] += x[i][j]
func ChannelSums(rows, c int, x, s []float32) {
	channelSums.fn(rows, c, x[:rows*c], s[:c])
}

// ChannelMoments adds the first two moments of x [rows, c] about shift [c] to s1 and s2 [c]:
//
//	d = x[i][j] - shift[j];  s1[j] += d;  s2[j] += d*d
//
// A shift near the mean keeps the variance s2/n - (s1/n)² from cancellation.
func ChannelMoments(rows, c int, x, shift, s1, s2 []float32) {
	channelMoments.fn(rows, c, x[:rows*c], shift[:c], s1[:c], s2[:c])
}

// ChannelDot adds the products of the columns of x and y [rows, c] to s [c]:
//
//	s[j] += x[i][j] * y[i][j]
func ChannelDot(rows, c int, x, y, s []float32) {
	channelDot.fn(rows, c, x[:rows*c], y[:rows*c], s[:c])
}

// ChannelMulAdd adds x [rows, c] scaled by a [c] to y [rows, c]:
//
//	y[i][j] += x[i][j] * a[j]
func ChannelMulAdd(rows, c int, x, a, y []float32) {
	channelMulAdd.fn(rows, c, x[:rows*c], a[:c], y[:rows*c])
}

// ChannelAdd adds a [c] to every row of y [rows, c]:
//
//	y[i][j] += a[j]
func ChannelAdd(rows, c int, a, y []float32) {
	channelAdd.fn(rows, c, a[:c], y[:rows*c])
}

// BatchNormGradSums adds what the gradient of batch normalisation needs of x and dy [rows, c] to s1 and s2 [c]:
//
//	s1[j] += dy[i][j];  s2[j] += dy[i][j] * (x[i][j] - mean[j])
//
// Over all rows s1 is the gradient of the bias and s2/σ that of the scale.
func BatchNormGradSums(rows, c int, x, dy, mean, s1, s2 []float32) {
	batchNormGradSums.fn(rows, c, x[:rows*c], dy[:rows*c], mean[:c], s1[:c], s2[:c])
}

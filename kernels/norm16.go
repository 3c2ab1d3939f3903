package kernels

// Gate16 is what follows a normalisation, for NormGradSums16.
type Gate16 int

// What may follow.
const (
	Gate16None Gate16 = iota
	Gate16ReLU
	Gate16SiLU
)

// A norm16Kernel sums over the pixels of maps in bfloat16 while they are rounded.
type norm16Kernel struct {
	narrow   func(x []float32, y []uint16)
	moments  func(rows, c int, x, shift, s1, s2 []float32, y []uint16)
	gradSums func(act Gate16, rows, c int, x []uint16, a, b, mean, dy, s1, s2 []float32, dz []uint16)
	// moreGradSums is gradSums of dz itself, in bfloat16, and a number for each channel more.
	moreGradSums func(act Gate16, rows, c int, x []uint16, a, b, mean, add, s1, s2 []float32, dz []uint16)
	scaleGrad    func(rows, c int, x []uint16, s, dp, dot []float32, dx []uint16)
}

var norm16 = newFamily("norm16", norm16Kernel{narrow16Generic, moments16Generic, normGradSums16Generic,
	moreGradSums16Generic, scaleGrad16Generic})

// Narrow16 rounds x to a map in bfloat16: to nearest even, denormal numbers to zero, as matrix units take them.
func Narrow16(x []float32, y []uint16) {
	y = y[:len(x)]
	for i := 0; i < len(x); i += narrow16Call {
		end := min(i+narrow16Call, len(x))
		norm16.fn.narrow(x[i:end], y[i:end])
	}
}

// narrow16Call is how many numbers a call rounds: some microseconds' work.
const narrow16Call = 64 << 10

// ChannelMoments16 is ChannelMoments of x [rows, c], which it rounds to y as well.
//
//	d = x[i][j] - shift[j];  s1[j] += d;  s2[j] += d*d;  y[i][j] = bf16(x[i][j])
func ChannelMoments16(rows, c int, x, shift, s1, s2 []float32, y []uint16) {
	x, shift, s1, s2, y = x[:rows*c], shift[:c], s1[:c], s2[:c], y[:rows*c]
	eachFew16(rows, c, func(begin, end int) {
		norm16.fn.moments(end-begin, c, x[begin*c:end*c], shift, s1, s2, y[begin*c:end*c])
	})
}

// NormGradSums16 takes dy [rows, c] through what follows a normalisation of x [rows, c], adds it up as BatchNormGradSums does, and
// rounds it to dz.
//
//	dz = dy[i][j]·act'(x[i][j]*a[j] + b[j]);  s1[j] += dz;  s2[j] += dz*(x[i][j] - mean[j]);  dz[i][j] = bf16(dz)
func NormGradSums16(act Gate16, rows, c int, x []uint16, a, b, mean, dy, s1, s2 []float32, dz []uint16) {
	x, dy, dz = x[:rows*c], dy[:rows*c], dz[:rows*c]
	a, b, mean, s1, s2 = a[:c], b[:c], mean[:c], s1[:c], s2[:c]
	eachFew16(rows, c, func(begin, end int) {
		norm16.fn.gradSums(act, end-begin, c, x[begin*c:end*c], a, b, mean, dy[begin*c:end*c], s1, s2, dz[begin*c:end*c])
	})
}

// NormGradSumsMore16 is NormGradSums16 of a gradient that lies in dz already, to which it adds a number for each channel.
//
//	dy[i][j] = dz[i][j] + add[j]
func NormGradSumsMore16(act Gate16, rows, c int, x []uint16, a, b, mean, add, s1, s2 []float32, dz []uint16) {
	x, dz = x[:rows*c], dz[:rows*c]
	a, b, mean, add, s1, s2 = a[:c], b[:c], mean[:c], add[:c], s1[:c], s2[:c]
	eachFew16(rows, c, func(begin, end int) {
		norm16.fn.moreGradSums(act, end-begin, c, x[begin*c:end*c], a, b, mean, add, s1, s2, dz[begin*c:end*c])
	})
}

// ScaleGrad16 computes both gradients of x [rows, c] times a factor for each channel from that of the product.
//
//	dot[j] += x[i][j]*dp[i][j];  dx[i][j] = bf16(dp[i][j]*s[j])
func ScaleGrad16(rows, c int, x []uint16, s, dp, dot []float32, dx []uint16) {
	x, s, dp, dot, dx = x[:rows*c], s[:c], dp[:rows*c], dot[:c], dx[:rows*c]
	eachFew16(rows, c, func(begin, end int) {
		norm16.fn.scaleGrad(end-begin, c, x[begin*c:end*c], s, dp[begin*c:end*c], dot, dx[begin*c:end*c])
	})
}

// few16 is how many numbers a call takes: they stay in the first-level cache while it goes over them, some channels at a time.
const few16 = 4096

// eachFew16 calls body for ranges of rows.
func eachFew16(rows, c int, body func(begin, end int)) {
	few := max(1, few16/max(1, c))
	for i := 0; i < rows; i += few {
		body(i, min(i+few, rows))
	}
}

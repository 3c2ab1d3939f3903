package kernels

var (
	relu6Map  = newFamily("relu6Map", relu6MapGeneric)
	relu6Grad = newFamily("relu6Grad", relu6GradGeneric)
)

// ReLU6 computes y[i] = min(max(x[i], 0), 6): +0 for -0, NaN for NaN. y may be x.
func ReLU6(x, y []float32) { relu6Map.fn(x, y[:len(x)]) }

// ReLU6Grad computes dx[i] = dy[i] where 0 < y[i] < 6 and 0 elsewhere, or adds that to dx[i]; y is the output or the
// input of ReLU6. dx may be dy.
func ReLU6Grad(accumulate bool, y, dy, dx []float32) {
	relu6Grad.fn(accumulate, y, dy[:len(y)], dx[:len(y)])
}

//go:build !purego

package kernels

func init() {
	relu6Map.register(AVX2, elemMap(8, relu6MapAVX2, relu6MapGeneric))
	relu6Grad.register(AVX2, actGradient(8, relu6GradAVX2, relu6GradGeneric))
	relu6Map.register(AVX512, elemMap(1, relu6MapAVX512, nil))
	relu6Grad.register(AVX512, actGradient(1, relu6GradAVX512, nil))
}

//go:noescape
func relu6MapAVX2(n int, x, y *float32)

//go:noescape
func relu6MapAVX512(n int, x, y *float32)

//go:noescape
func relu6GradAVX2(n int, accumulate bool, y, dy, dx *float32)

//go:noescape
func relu6GradAVX512(n int, accumulate bool, y, dy, dx *float32)

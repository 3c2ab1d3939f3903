//go:build !purego

package kernels

func init() {
	relu6Map.register(NEON, elemMap(4, relu6MapNEON, relu6MapGeneric))
	relu6Grad.register(NEON, actGradient(4, relu6GradNEON, relu6GradGeneric))
}

//go:noescape
func relu6MapNEON(n int, x, y *float32)

//go:noescape
func relu6GradNEON(n int, accumulate bool, y, dy, dx *float32)

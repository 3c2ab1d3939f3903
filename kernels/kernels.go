// Package kernels holds the inner loops of the engine: plain functions on slices, without tensors, goroutines or
// allocation.
//
// # Contract of a kernel
//
// Arguments come in the order sizes, scalars, inputs, outputs. Matrices and images are row-major with the channel
// innermost. The exported function checks lengths by slicing and panics when a slice is too short; the
// implementations behind it trust their arguments. A call lasts 10 to 200 µs, never a whole tensor: assembly cannot
// be preempted, so a longer one would hold up a garbage collection.
//
// # The same bits everywhere
//
// A kernel is a fixed sequence of IEEE 754 operations that depends on sizes alone. It gives the same bits in generic
// Go, AVX2, AVX-512 and NEON, for any tile and vector width:
//
//   - A sum of products over k (GEMM and both kinds of convolution) is one chain of fused multiply-adds from k = 0 up,
//     starting at the destination. A 3×3 convolution of stride 1 with channels enough is 16 such chains for every four
//     pixels, between additions in a fixed order (winograd.go).
//   - Everything element-wise rounds after each multiplication and each addition.
//   - A sum over pixels keeps each channel apart and adds pixels in order within fixed blocks.
//   - There are no approximate reciprocals, no flushing of denormals, no library exponentials.
//
// # A family of files
//
// A kernel x is a family of files with one stem: x.go (exported functions and their documentation), x_generic.go
// (the Go that defines the result and is compiled on every target), x_amd64.go, x_avx2_amd64.s, x_avx512_amd64.s,
// x_arm64.go, x_neon_arm64.s and x_test.go. Nothing else lists it.
package kernels

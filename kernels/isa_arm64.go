//go:build !purego

package kernels

// detect: every arm64 processor has NEON with fused multiply-add.
func detect() (have [numISA]bool) {
	have[NEON] = true
	return have
}

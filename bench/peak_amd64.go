//go:build !purego

package bench

import "tessera/kernels"

// The bursts run rounds of independent fused multiply-adds on registers that hold zeros.

//go:noescape
func burstAVX2(rounds int) // 12 of 8 floats a round

//go:noescape
func burstAVX512(rounds int) // 16 of 16 floats a round

func init() {
	bursts[kernels.AVX2] = burst{2 * 12 * 8, burstAVX2}
	bursts[kernels.AVX512] = burst{2 * 16 * 16, burstAVX512}
	bursts[kernels.AMX] = bursts[kernels.AVX512] // for float32, which its tiles do not multiply
}

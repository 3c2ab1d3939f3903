//go:build !purego

package bench

import "tessera/kernels"

// burstNEON runs rounds of 24 independent fused multiply-adds of 4 floats on registers that hold zeros.
//
//go:noescape
func burstNEON(rounds int)

func init() { bursts[kernels.NEON] = burst{2 * 24 * 4, burstNEON} }

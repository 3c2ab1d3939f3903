//go:build !purego

package kernels

import "golang.org/x/sys/cpu"

// detect asks the processor and the operating system (x/sys/cpu checks the saved register state as well).
func detect() (have [numISA]bool) {
	x := &cpu.X86
	have[AVX2] = x.HasAVX2 && x.HasFMA && x.HasOSXSAVE
	have[AVX512] = have[AVX2] && x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL
	if have[AVX512] && x.HasAMXTile && x.HasAMXBF16 && x.HasAVX512BF16 {
		tilesRefused = allowTiles()
		have[AMX] = tilesRefused == ""
	}
	return have
}

//go:build purego || !(amd64 || arm64)

package kernels

func detect() (have [numISA]bool) { return have }

//go:build !linux

package kernels

// allowTiles is false where it is not known how to ask for the state of the tiles.
func allowTiles() bool { return false }

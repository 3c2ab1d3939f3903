//go:build !linux

package kernels

// allowTiles refuses where it is not known how to ask for the state of the tiles.
func allowTiles() (refused string) { return "AMX is used on Linux only" }

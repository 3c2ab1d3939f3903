package raster

import "math"

// TileStarts returns where tiles begin along a side of a picture: equally far apart, at most as far as the overlap (a part of the
// tile) leaves, the last one up to the end. A side that is no larger than a tile has one. Tiles that are as far apart as they may be and a
// last one shifted inside would be no fewer, and where the last two nearly coincide a pixel would be at the side of both.
//
// Source: nnU-Net (F. Isensee et al., 2021), compute_steps_for_sliding_window.
func TileStarts(size, tile int, overlap float64) []int {
	if size <= tile {
		return []int{0}
	}
	step := max(1, int(math.Floor(float64(float64(tile)*(1-overlap))+0.5)))
	n := (size - tile + step - 1) / step
	list := make([]int, n+1)
	for i := range list {
		list[i] = (2*i*(size-tile) + n) / (2 * n) // rounded
	}
	return list
}

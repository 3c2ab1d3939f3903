package plan

// Tiles returns how many tiles of th×tw cover a picture of h×w, where neighbours share at least a part overlap of a side.
func Tiles(h, w, th, tw int, overlap float64) int {
	along := func(n, tile int) int {
		if n <= tile {
			return 1
		}
		step := max(1, int(float64(tile)*(1-overlap)))
		return 1 + (n-tile+step-1)/step
	}
	return along(h, th) * along(w, tw)
}

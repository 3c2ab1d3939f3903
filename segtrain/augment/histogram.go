package augment

import "tessera/segtrain/raster"

// countValues counts the values of a channel.
func countValues(im *raster.Image, channel int) (count [256]int) {
	var odd [256]int // two tables, so that a value that repeats does not wait for its own count
	pix, c := im.Pix8, im.C
	i := channel
	for ; i+c < len(pix); i += 2 * c {
		count[pix[i]]++
		odd[pix[i+c]]++
	}
	if i < len(pix) {
		count[pix[i]]++
	}
	for v, n := range odd {
		count[v] += n
	}
	return count
}

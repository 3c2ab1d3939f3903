package decoder

// Argmax writes the class with the largest logit of each pixel to best, the first among equals. logits are
// [len(best), classes], at most 256 classes.
func Argmax(classes int, logits []float32, best []uint8) {
	for i := range best {
		row := logits[i*classes:][:classes]
		top, at := row[0], 0
		for c, v := range row {
			if v > top {
				top, at = v, c
			}
		}
		best[i] = uint8(at)
	}
}

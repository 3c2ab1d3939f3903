package kernels

// copyRows copies rows of width floats, ld apart, to rows that follow each other. What lies ahead is fetched: the processor itself
// does not look beyond a page, nor far where rows lie apart.
var copyRows = newFamily("copyRows", copyRowsGeneric)

func copyRowsGeneric(rows, width, ld int, from, to []float32) {
	for i := range rows {
		copy(to[i*width:][:width], from[i*ld:])
	}
}

// copyAhead is copy of two slices of one length, for numbers that are not in the caches.
func copyAhead(to, from []float32) { copyRows.fn(1, len(to), len(to), from, to) }

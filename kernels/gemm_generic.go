package kernels

func tile4x8Generic(t tile, n int) { tilesGeneric(t, n, 4, 8) }
func tile4x4Generic(t tile, n int) { tilesGeneric(t, n, 4, 4) }

func tilesGeneric(t tile, n, mr, nr int) {
	for range n {
		tileGeneric(&t, mr, nr)
		t.next(mr)
	}
}

func tileGeneric(t *tile, mr, nr int) {
	for r := range mr {
		c := t.c[r*t.ldc:][:nr]
		if !t.load {
			clear(c)
		}
		b := t.b
		for _, seg := range t.segs {
			a := t.a[t.rows[r]+seg:]
			for k := range t.klen {
				fmaRow(a[k*t.step], b, c)
				b = b[nr:]
			}
		}
	}
}

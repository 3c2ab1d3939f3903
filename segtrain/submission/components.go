package submission

import "tessera/segtrain/raster"

// components returns the connected regions of a class, in the order of their first pixels. Pixels hang together through 4 or 8
// neighbours.
func components(m *raster.Mask, value uint8, order raster.Order, neighbours int) []raster.Runs {
	label := make([]int, len(m.Pix)) // of a pixel: 1 + its place in up; 0 outside
	var up []int                     // of a label: one that hangs together with it, itself for the least
	root := func(i int) int {
		for up[i] != i {
			up[i] = up[up[i]]
			i = up[i]
		}
		return i
	}
	back := [][2]int{{0, -1}, {-1, 0}}
	if neighbours == 8 {
		back = append(back, [2]int{-1, -1}, [2]int{-1, 1})
	}
	for y := range m.H {
		for x := range m.W {
			i := y*m.W + x
			if m.Pix[i] != value {
				continue
			}
			for _, d := range back {
				ny, nx := y+d[0], x+d[1]
				if ny < 0 || nx < 0 || nx >= m.W || label[ny*m.W+nx] == 0 {
					continue
				}
				other := label[ny*m.W+nx]
				if label[i] == 0 {
					label[i] = other
					continue
				}
				a, b := root(label[i]-1), root(other-1)
				up[max(a, b)] = min(a, b)
			}
			if label[i] == 0 {
				up = append(up, len(up))
				label[i] = len(up)
			}
		}
	}
	for i, l := range label {
		if l > 0 {
			label[i] = root(l-1) + 1
		}
	}
	return gather(m.H, m.W, label, order)
}

// gather makes runs of the pixels of each label but 0, in the order of the labels' first pixels.
func gather(h, w int, label []int, order raster.Order) []raster.Runs {
	place := map[int]int{} // of a label in list
	var list []raster.Runs
	var ends []int // of each region's runs
	for n := range label {
		i := n
		if order == raster.ColumnMajor {
			i = n%h*w + n/h
		}
		l := label[i]
		if l == 0 {
			continue
		}
		k, known := place[l]
		if !known {
			k = len(list)
			place[l] = k
			list = append(list, raster.Runs{H: h, W: w, Order: order, Counts: []int{n, 1}})
			ends = append(ends, n+1)
			continue
		}
		counts := list[k].Counts
		if ends[k] == n {
			counts[len(counts)-1]++
		} else {
			list[k].Counts = append(counts, n-ends[k], 1)
		}
		ends[k] = n + 1
	}
	for k := range list {
		if rest := h*w - ends[k]; rest > 0 {
			list[k].Counts = append(list[k].Counts, rest)
		}
	}
	return list
}

package post

// components numbers the connected components of the pixels that are 1, from 1 on in the order of their first pixels, row by
// row; 0 is a pixel of none. Pixels of one component touch at their sides, or with connectivity 8 at corners too.
// Source: Rosenfeld and Pfaltz 1966, in two passes.
func components(plane []uint8, h, w, connectivity int) (labels []int32, n int) {
	labels = make([]int32, h*w)
	parents := []int32{0}
	for y := range h {
		for x := range w {
			i := y*w + x
			if plane[i] == 0 {
				continue
			}
			var label int32
			join := func(j int) {
				if labels[j] != 0 {
					label = union(parents, label, labels[j])
				}
			}
			if x > 0 {
				join(i - 1)
			}
			if y > 0 {
				join(i - w)
				if connectivity == 8 && x > 0 {
					join(i - w - 1)
				}
				if connectivity == 8 && x+1 < w {
					join(i - w + 1)
				}
			}
			if label == 0 {
				label = int32(len(parents))
				parents = append(parents, label)
			}
			labels[i] = label
		}
	}
	return labels, renumber(labels, parents)
}

// union joins two sets under the smaller root and returns it; a may be 0, which is no set.
func union(parents []int32, a, b int32) int32 {
	b = root(parents, b)
	if a == 0 {
		return b
	}
	a = root(parents, a)
	small, large := min(a, b), max(a, b)
	parents[large] = small
	return small
}

func root(parents []int32, a int32) int32 {
	for parents[a] != a {
		parents[a] = parents[parents[a]]
		a = parents[a]
	}
	return a
}

// renumber writes roots as 1, 2, … and returns their number.
func renumber(labels, parents []int32) int {
	numbers, n := make([]int32, len(parents)), int32(0)
	for i, label := range labels {
		if label == 0 {
			continue
		}
		r := root(parents, label)
		if numbers[r] == 0 {
			n++
			numbers[r] = n
		}
		labels[i] = numbers[r]
	}
	return int(n)
}

// areas returns the pixels of each component; areas[0] are those of none.
func areas(labels []int32, n int) []int {
	list := make([]int, n+1)
	for _, label := range labels {
		list[label]++
	}
	return list
}

// heirs returns the class that each component of class k that goes leaves its pixels to: among the classes that it touches
// the most probable over its pixels, the first among equals; k where it touches none. gone[0] must be false.
func (p *picture) heirs(k int, labels []int32, gone []bool, connectivity int) []int {
	row, rows := make([]int, len(gone)), 0
	for n, g := range gone {
		if g {
			row[n] = rows
			rows++
		}
	}
	sums, touched := make([]float64, rows*p.c), make([]bool, rows*p.c)
	for i, n := range labels {
		if !gone[n] {
			continue
		}
		at := row[n] * p.c
		for j, v := range p.p[i*p.c:][:p.c] {
			sums[at+j] += float64(v)
		}
		p.neighbours(i, connectivity, func(j int) {
			if int(p.labels[j]) != k {
				touched[at+int(p.labels[j])] = true
			}
		})
	}
	list := make([]int, len(gone))
	for n, g := range gone {
		list[n] = k
		if !g {
			continue
		}
		at := row[n] * p.c
		for j := range p.c {
			if touched[at+j] && (list[n] == k || sums[at+j] > sums[at+list[n]]) {
				list[n] = j
			}
		}
	}
	return list
}

// neighbours calls visit with the pixels that touch one.
func (p *picture) neighbours(i, connectivity int, visit func(int)) {
	y, x := i/p.w, i%p.w
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			if dy == 0 && dx == 0 || connectivity == 4 && dy != 0 && dx != 0 ||
				y+dy < 0 || y+dy >= p.h || x+dx < 0 || x+dx >= p.w {
				continue
			}
			visit(i + dy*p.w + dx)
		}
	}
}

// remove takes components from a class.
func (p *picture) remove(k int, labels []int32, gone []bool, connectivity, background int) {
	var heirs []int
	if p.planes == nil && background < 0 {
		heirs = p.heirs(k, labels, gone, connectivity)
	}
	for i, n := range labels {
		switch {
		case !gone[n]:
		case heirs != nil:
			p.labels[i] = uint8(heirs[n])
		default:
			p.drop(i, k, background)
		}
	}
}

package post

import "math"

// A lattice is the permutohedral lattice, in which a Gaussian filter in few dimensions takes time linear in the number of
// points: values are spread to the corners of the simplices that points lie in, blurred along the axes there, and
// gathered again. Its kernel comes near to exp(-|a-b|²/2).
//
// Source: Adams, Baek and Davis, "Fast High-Dimensional Filtering Using the Permutohedral Lattice", 2010.
type lattice struct {
	d, n    int
	corners []int32      // n·(d+1): where a point's values go, from 1
	shares  []float32    // and which part of them
	beside  [][][2]int32 // axis, corner: the two next to it; 0 is none
	size    int          // corners, and one that is none
}

// key is the place of a corner; its last coordinate follows from the others, so it is left out.
type key [maxFeatures]int32

const maxFeatures = 5

// newLattice makes the lattice of points, each of d features in units of the standard deviation.
func newLattice(points []float32, d int) *lattice {
	l := &lattice{d: d, n: len(points) / d}
	l.corners, l.shares = make([]int32, l.n*(d+1)), make([]float32, l.n*(d+1))
	index := map[key]int32{} // looked up, never walked through
	keys := []key{{}}
	e := newEmbedding(d)
	for i := range l.n {
		e.place(points[i*d:][:d])
		for r := range d + 1 {
			k := e.key(r)
			at, ok := index[k]
			if !ok {
				at = int32(len(keys))
				index[k] = at
				keys = append(keys, k)
			}
			l.corners[i*(d+1)+r], l.shares[i*(d+1)+r] = at, e.share[r]
		}
	}
	l.size = len(keys)
	for axis := range d + 1 {
		beside := make([][2]int32, l.size)
		for at := 1; at < l.size; at++ {
			down, up := keys[at], keys[at]
			for j := range d {
				down[j]--
				up[j]++
			}
			if axis < d {
				down[axis] += int32(d) + 1
				up[axis] -= int32(d) + 1
			}
			beside[at] = [2]int32{index[down], index[up]}
		}
		l.beside = append(l.beside, beside)
	}
	return l
}

// An embedding finds the simplex that a point lies in.
type embedding struct {
	d              int
	scale          []float32
	elevated, rest []float32 // in the hyperplane, and the corner of remainder 0
	rank           []int
	share          []float32 // barycentric coordinates
}

func newEmbedding(d int) *embedding {
	e := &embedding{d: d, elevated: make([]float32, d+1), rest: make([]float32, d+1), rank: make([]int, d+1), share: make([]float32, d+2)}
	for i := range d { // so that blurring has the standard deviation 1
		e.scale = append(e.scale, float32(math.Sqrt(2.0/3)*float64(d+1)/math.Sqrt(float64((i+1)*(i+2)))))
	}
	return e
}

func (e *embedding) place(point []float32) {
	sum := float32(0)
	for j := e.d; j > 0; j-- {
		v := float32(point[j-1] * e.scale[j-1])
		e.elevated[j] = sum - float32(float32(j)*v)
		sum += v
	}
	e.elevated[0] = sum
	n, total := float32(e.d+1), 0
	for i, v := range e.elevated {
		q := v / n
		up, down := float32(math.Ceil(float64(q))), float32(math.Floor(float64(q)))
		near := down
		if float32(up*n)-v < v-float32(down*n) {
			near = up
		}
		e.rest[i] = near * n
		total += int(near)
		e.rank[i] = 0
	}
	for i := range e.d {
		for j := i + 1; j <= e.d; j++ {
			if e.elevated[i]-e.rest[i] < e.elevated[j]-e.rest[j] {
				e.rank[i]++
			} else {
				e.rank[j]++
			}
		}
	}
	for i := range e.rank { // back into the hyperplane
		e.rank[i] += total
		switch {
		case e.rank[i] < 0:
			e.rank[i] += e.d + 1
			e.rest[i] += n
		case e.rank[i] > e.d:
			e.rank[i] -= e.d + 1
			e.rest[i] -= n
		}
	}
	e.weigh(n)
}

func (e *embedding) weigh(n float32) {
	clear(e.share)
	for i, v := range e.elevated {
		x := (v - e.rest[i]) / n
		e.share[e.d-e.rank[i]] += x
		e.share[e.d-e.rank[i]+1] -= x
	}
	e.share[0] += 1 + e.share[e.d+1]
}

// key returns the corner of a remainder.
func (e *embedding) key(remainder int) (k key) {
	for j := range e.d {
		k[j] = int32(e.rest[j]) + int32(remainder)
		if e.rank[j] > e.d-remainder {
			k[j] -= int32(e.d) + 1
		}
	}
	return k
}

// filter adds up values of all points, c each, weighted by the kernel, the point's own among them. from and to may be the same.
func (l *lattice) filter(from, to []float32, c int) {
	values, next := make([]float32, l.size*c), make([]float32, l.size*c)
	for i := range l.n {
		for r := range l.d + 1 {
			at, share := values[int(l.corners[i*(l.d+1)+r])*c:][:c], l.shares[i*(l.d+1)+r]
			for k, v := range from[i*c:][:c] {
				at[k] += float32(share * v)
			}
		}
	}
	for _, beside := range l.beside {
		for at := 1; at < l.size; at++ {
			a, b := values[int(beside[at][0])*c:][:c], values[int(beside[at][1])*c:][:c]
			own, out := values[at*c:][:c], next[at*c:][:c]
			for k, v := range own {
				out[k] = v + float32(0.5*(a[k]+b[k]))
			}
		}
		values, next = next, values
	}
	alpha := float32(1 / (1 + math.Ldexp(1, -l.d)))
	for i := range l.n {
		out := to[i*c:][:c]
		clear(out)
		for r := range l.d + 1 {
			at, share := values[int(l.corners[i*(l.d+1)+r])*c:][:c], float32(l.shares[i*(l.d+1)+r]*alpha)
			for k, v := range at {
				out[k] += float32(share * v)
			}
		}
	}
}

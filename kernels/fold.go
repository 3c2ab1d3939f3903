package kernels

// Enlarging an image twice by nearest neighbour and convolving it with a 3×3 window, padded by one, is the same as the
// transpose of a 4×4 convolution of stride 2 on the small image: the two or four copies of a pixel under a window share
// one product. The 4×4 weights are sums of the 3×3 ones; 4 products a pixel replace 9.

// foldRows lists, for each row of the 4×4 window, the rows of the 3×3 window that it sums; columns are alike.
var foldRows = [4][]int{{2}, {1, 2}, {0, 1}, {0}}

// unfolds lists, for each row of the 3×3 window, the rows of the 4×4 window that it is part of.
var unfolds = [3][]int{{2, 3}, {1, 2}, {0, 1}}

// FoldTasks is the number of tasks of Fold.
const FoldTasks = 16

// Fold computes a part of the weights folded [4, 4, c, oc] from the first c input channels of w [3, 3, ic, oc]:
//
//	folded[a][b] = Σ over rows r of a, columns s of b: w[r][s], in order
func Fold(task, c, ic, oc int, w, folded []float32) {
	to := folded[task*c*oc:][:c*oc]
	first := true
	for _, r := range foldRows[task/4] {
		for _, s := range foldRows[task%4] {
			from := w[(r*3+s)*ic*oc:][:c*oc]
			if first {
				copy(to, from)
			} else {
				Accumulate(from, to)
			}
			first = false
		}
	}
}

// UnfoldTasks is the number of tasks of Unfold.
const UnfoldTasks = 9

// unfoldCols and unfoldRows are how many channels of both sides are transposed together.
const unfoldCols, unfoldRows = 64, 16

// Unfold adds the gradient of folded weights, [4, 4, oc, c] as a Conv's gradient has it, to a part of the gradient of
// the weights they were made of: the adjoint of Fold. The four terms of a weight are added pairwise first.
func Unfold(task, c, ic, oc int, dfolded, dw []float32) {
	rows, cols := unfolds[task/3], unfolds[task%3]
	from := func(a, b int) []float32 { return dfolded[(a*4+b)*oc*c:][:oc*c] }
	a0, a1, b0, b1 := from(rows[0], cols[0]), from(rows[0], cols[1]), from(rows[1], cols[0]), from(rows[1], cols[1])
	to := dw[task*ic*oc:][:c*oc]
	var sums, more, turned [unfoldRows * unfoldCols]float32
	for o := 0; o < oc; o += unfoldRows {
		m := min(unfoldRows, oc-o)
		for i := 0; i < c; i += unfoldCols {
			n := min(unfoldCols, c-i)
			for r := range m {
				at := (o+r)*c + i
				sum, rest := sums[r*unfoldCols:][:n], more[:n]
				Add(a0[at:at+n], a1[at:at+n], sum)
				Add(b0[at:at+n], b1[at:at+n], rest)
				Accumulate(rest, sum)
			}
			bf16.fn.transpose(m, n, unfoldCols, unfoldRows, bitsOf(sums[:]), bitsOf(turned[:]))
			for r := range n {
				Accumulate(turned[r*unfoldRows:][:m], to[(i+r)*oc+o:])
			}
		}
	}
}

// FoldedWindow returns the 4×4 window whose convolution, transposed, is the folded one: over the large image of h×w pixels.
func FoldedWindow(h, w int) Window {
	return Window{IH: h, IW: w, KH: 4, KW: 4, SH: 2, SW: 2, DH: 1, DW: 1, PT: 1, PL: 1, PB: 1, PR: 1}
}

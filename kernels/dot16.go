package kernels

// dotK is how many products of a chain are added up before they reach the sum: the depth of a matrix unit's tile.
const (
	dotK    = 32
	dotRows = 16
	dotCols = 32
)

// A dot16 multiplies matrices of bfloat16 numbers in blocks of at most 16 rows by at most 32 columns:
//
//	for each block, i < m, j < n:
//	    sum := c[block.c+i*ldc+j] if load, else 0
//	    for seg of segs, k0 = 0, 32, … < 32·seg.blocks:
//	        even, odd := 0, 0
//	        for k = k0, k0+2, … < k0+32:
//	            even = fma(a[block.a+seg.a+i*lda+k], B(k, j), even)
//	            odd = fma(a[block.a+seg.a+i*lda+k+1], B(k+1, j), odd)
//	        sum += even + odd
//	        if there are small parts: the same twice more (see asmall)
//	    c[block.c+i*ldc+j] = sum
//
// That is what the tiles of AMX compute (Intel 64 and IA-32 Architectures Software Developer's Manual, TDPBF16PS): every
// operation rounds to nearest even; denormal operands and results are zeros.
//
// B(k, j) is b[block.b + seg.b + (k/2·width+j)·2 + k%2]: pairs of rows of width columns, 16 where n is at most 16, else 32. Rows of A
// are read up to the 16th of a block.
type dot16 struct {
	a, b   []uint16
	c      []float32
	segs   []dotSeg
	blocks []dotBlock
	lda    int // from one row of a to the next
	ldc    int
	n      int // columns, 1 to 32

	// Numbers in two parts: from a large part to the small one, in a and in b; 0 where there is one part. A block of 32 rows
	// is multiplied as small A by large B, then large by large, then large A by small B.
	asmall, bsmall int

	load bool
}

// A dotSeg is a run of rows of B: where the elements of A that go with it lie, beside a block's own offset.
type dotSeg struct{ a, b, blocks int }

// A dotBlock is the place of m rows in A and in C, and where B lies for them. Blocks two by two from the first on whose b are the same
// take the least time: a matrix unit computes them together.
type dotBlock struct{ a, b, c, m int }

// A dot16Kernel computes all blocks, with the time it takes as a multiple of a matrix unit's.
type dot16Kernel struct {
	blocks func(dot16)
	cost   int
}

var dot16Blocks = newFamily("dot16", dot16Kernel{dot16Generic, 1000})

// dotCallFLOPs bounds what a call computes: some 100 µs in a matrix unit.
const dotCallFLOPs = 100e6

// run computes all blocks, some of them in a call, so that a garbage collection never waits long.
func (d dot16) run() {
	k := 0
	for _, s := range d.segs {
		k += s.blocks * dotK
	}
	if d.asmall != 0 {
		k *= 3
	}
	all, most := d.blocks, int(dotCallFLOPs)/dot16Blocks.fn.cost
	step := max(2, most/(2*dotRows*dotCols*max(k, 1))&^1)
	for at := 0; at < len(all); at += step {
		d.blocks = all[at:min(at+step, len(all))]
		callDot16(d)
	}
}

// callDot16 is where a goroutine can yield between two calls.
//
//go:noinline
func callDot16(d dot16) { dot16Blocks.fn.blocks(d) }

// dotWidth returns the columns that a panel of n takes when packed.
func dotWidth(n int) int {
	if n <= dotCols/2 {
		return dotCols / 2
	}
	return dotCols
}

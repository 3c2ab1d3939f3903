package tensor

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const hugePage = 2 << 20

// mapFloats maps anonymous memory and asks for huge pages: a step touches hundreds of MB, and faulting them in by
// 4 KB pages costs more than computing on them.
func mapFloats(n int) ([]float32, func(), error) {
	size := (n*4 + hugePage - 1) / hugePage * hugePage
	block, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, err
	}
	_ = unix.Madvise(block, unix.MADV_HUGEPAGE) // a wish; without it the memory is only slower
	free := func() { _ = unix.Munmap(block) }
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(block))), n), free, nil
}

// advise asks for huge pages where slices lie: for each that they fill at least half of. Nothing that lies there moves or changes.
func advise(slices [][]float32) {
	filled := map[uintptr]uintptr{}
	for _, x := range slices {
		at := uintptr(unsafe.Pointer(unsafe.SliceData(x)))
		for end := at + uintptr(4*len(x)); at < end; {
			page := at &^ (hugePage - 1)
			next := min(end, page+hugePage)
			filled[page] += next - at
			at = next
		}
	}
	for page, n := range filled {
		if n < hugePage/2 {
			continue
		}
		for _, advice := range []uintptr{unix.MADV_HUGEPAGE, unix.MADV_COLLAPSE} { // the second is for what was written before
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, page, hugePage, advice)
		}
	}
}

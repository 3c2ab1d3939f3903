package tensor

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// mapFloats maps anonymous memory and asks for huge pages: a step touches hundreds of MB, and faulting them in by
// 4 KB pages costs more than computing on them.
func mapFloats(n int) ([]float32, func(), error) {
	const huge = 2 << 20
	size := (n*4 + huge - 1) / huge * huge
	block, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, err
	}
	_ = unix.Madvise(block, unix.MADV_HUGEPAGE) // a wish; without it the memory is only slower
	free := func() { _ = unix.Munmap(block) }
	return unsafe.Slice((*float32)(unsafe.Pointer(unsafe.SliceData(block))), n), free, nil
}

package kernels

import "golang.org/x/sys/unix"

// allowTiles asks Linux, once, for the state that the tiles of AMX take in every thread that uses them.
// https://docs.kernel.org/arch/x86/xstate.html
func allowTiles() bool {
	const (
		requestPermission = 0x1023 // ARCH_REQ_XCOMP_PERM
		tileData          = 18     // XFEATURE_XTILEDATA
	)
	_, _, errno := unix.RawSyscall(unix.SYS_ARCH_PRCTL, requestPermission, tileData, 0)
	return errno == 0
}

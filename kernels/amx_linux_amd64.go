package kernels

import "golang.org/x/sys/unix"

// allowTiles asks Linux, once, for the state that the tiles of AMX take in every thread that uses them, and returns why it
// refuses, or nothing. https://docs.kernel.org/arch/x86/xstate.html
func allowTiles() (refused string) {
	const (
		requestPermission = 0x1023 // ARCH_REQ_XCOMP_PERM
		tileData          = 18     // XFEATURE_XTILEDATA
	)
	_, _, errno := unix.RawSyscall(unix.SYS_ARCH_PRCTL, requestPermission, tileData, 0)
	switch errno {
	case 0:
		return ""
	case unix.EINVAL, unix.ENOSYS:
		return "this Linux does not know AMX: it came with 5.16"
	}
	return "Linux refuses the state of AMX's tiles: " + errno.Error()
}

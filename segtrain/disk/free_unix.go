//go:build linux || darwin || freebsd

package disk

import "golang.org/x/sys/unix"

// free returns the bytes that an ordinary user may still write below a folder.
func free(dir string) (bytes int64, ok bool) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, false
	}
	blocks := int64(s.Bavail) // signed on FreeBSD, where it is negative once the reserve is used
	if blocks < 0 {
		blocks = 0
	}
	return blocks * int64(s.Bsize), true
}

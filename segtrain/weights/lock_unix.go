//go:build unix && !solaris && !illumos && !aix

package weights

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lock keeps other processes from downloading into a folder until release is called: runs that start together fetch
// a file once. The system releases the lock of a process that ends.
func lock(ctx context.Context, dir string) (release func(), err error) {
	const retry = 200 * time.Millisecond
	d, err := os.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("folder for weights: %w", err)
	}
	for {
		err := syscall.Flock(int(d.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return func() { d.Close() }, nil // locked, or a file system without locks: go on without
		}
		select {
		case <-ctx.Done():
			d.Close()
			return nil, ctx.Err()
		case <-time.After(retry):
		}
	}
}

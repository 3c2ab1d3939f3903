package weights

import (
	"context"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockFile is what processes that download into a folder lock.
const lockFile = ".lock"

// lock keeps other processes from downloading into a folder until release is called: runs that start together fetch
// a file once. The system releases the lock of a process that ends. On a file system without locks there is none, and two
// processes that fetch the same file at once may find it damaged, and fetch it again.
func lock(ctx context.Context, dir string) (release func(), err error) {
	const retry = 200 * time.Millisecond
	l := flock.New(filepath.Join(dir, lockFile))
	if _, err := l.TryLockContext(ctx, retry); err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return func() { _ = l.Unlock() }, nil
}

package record

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// LockFile is what the process that writes a run has locked. It says who that is, and it stays when the process is gone:
// what counts is the lock, which the system releases then.
const LockFile = ".lock"

// ErrBusy says that another process is writing the run.
var ErrBusy = errors.New("another process is writing this run")

// lock makes this process the only one that writes the run in dir. On a file system without locks it does nothing.
func lock(dir string) (*flock.Flock, error) {
	path := filepath.Join(dir, LockFile)
	l := flock.New(path)
	switch held, err := l.TryLock(); {
	case errors.Is(err, fs.ErrPermission):
		return nil, advise("locking the run", err)
	case err == nil && !held:
		return nil, fmt.Errorf("%w: %s is locked by %s; wait for it, or choose another directory", ErrBusy, dir, owner(path))
	}
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	// Whom the lock belongs to is for the message alone.
	_ = os.WriteFile(path, fmt.Appendf(nil, "process %d on %s", os.Getpid(), host), 0o666)
	return l, nil
}

// Lock makes this process the only one that works in a directory of several runs, until release. ErrBusy says that another one does.
func Lock(dir string) (release func() error, err error) {
	held, err := lock(dir)
	if err != nil {
		return nil, err
	}
	return held.Unlock, nil
}

// owner returns what a lock file says.
func owner(path string) string {
	text, err := os.ReadFile(path)
	if who := strings.TrimSpace(string(text)); err == nil && who != "" {
		return who
	}
	return "a process that has not said which"
}

// Busy tells whether a process is writing the run in dir.
func Busy(dir string) bool {
	path := filepath.Join(dir, LockFile)
	if _, err := os.Stat(path); err != nil {
		return false
	}
	l := flock.New(path, flock.SetFlag(os.O_RDONLY))
	held, err := l.TryRLock()
	if held {
		_ = l.Unlock()
	}
	return err == nil && !held
}

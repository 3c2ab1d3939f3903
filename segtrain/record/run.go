// Package record keeps what a training run leaves behind: one directory, readable without this program.
//
//	config.yaml        the resolved configuration, defaults included
//	env.json           format, program, operating system, processor, ISA, threads; hashes; where it comes from: see Start
//	log.jsonl          everything that happened, one JSON object a line, only ever appended to: the source of truth
//	metrics.json       the result
//	images.jsonl       what it was for each validation image: see ImageResult
//	best.safetensors   the weights with the best validation metric
//	last.safetensors   the newest weights
//	ema.safetensors    their exponential moving average (EMA), where there is one
//	swa.safetensors    the mean of the weights of the last epochs (SWA), where there is one
//	epochs/            the weights of single epochs that were to be kept: 0007.safetensors
//	average.safetensors  the mean of several of them, where one was made
//	split.csv          which images validated, and split.csv.sha256, its hash
//	pseudo.json        the manifest of the labels of models that it trained with, where there were any
//	report.html        the run as a page, with its pictures
//
// Every file but the log is written under a temporary name, synced and renamed, so a name never holds half a
// file. The log may end in half a line when the process was killed; Open cuts it off and notes that it did.
package record

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"tessera/segtrain/raster"
)

// Names of the files of a run.
const (
	ConfigFile  = "config.yaml"
	EnvFile     = "env.json"
	LogFile     = "log.jsonl"
	MetricsFile = "metrics.json"
	BestFile    = "best.safetensors"
	LastFile    = "last.safetensors"
	EMAFile     = "ema.safetensors"     // of runs with an EMA
	SWAFile     = "swa.safetensors"     // of runs with SWA
	AverageFile = "average.safetensors" // made afterwards
	ReportFile  = "report.html"
	ImagesFile  = "images.jsonl"

	EpochsFolder = "epochs"      // checkpoints of epochs that are kept
	PseudoFile   = "pseudo.json" // of runs with labels of models
)

// Run is an open run directory. Its methods may be called by several goroutines. A lock keeps other processes from opening
// it meanwhile; what they may do is add a note with Annotate.
type Run struct {
	dir  string
	held *flock.Flock

	mu  sync.Mutex
	log *os.File
}

// Create makes dir, with its parents, into a new run. A directory that holds a run already is an error.
func Create(dir string) (*Run, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, advise("creating the run directory", err)
	}
	held, err := lock(dir)
	if err != nil {
		return nil, err
	}
	r := &Run{dir: dir, held: held}
	if r.log, err = newLog(dir); err != nil {
		return nil, errors.Join(err, held.Unlock())
	}
	return r, nil
}

// newLog creates the log of a run that is not there yet.
func newLog(dir string) (*os.File, error) {
	if Is(dir) {
		return nil, takenError(dir)
	}
	log, err := os.OpenFile(filepath.Join(dir, LogFile), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return nil, takenError(dir)
	}
	if err != nil {
		return nil, advise("creating the run's log", err)
	}
	return log, nil
}

func takenError(dir string) error {
	return fmt.Errorf("%s holds a run already: continue it with --resume %s, or choose another --out", dir, dir)
}

// Is reports whether dir holds a run: a log or a configuration.
func Is(dir string) bool {
	for _, name := range []string{LogFile, ConfigFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// Open opens the run in dir to go on with it. When its log ends in a torn line, the line is cut off and an
// event of kind "note" says so. A run that another process writes is ErrBusy; one of a newer format is an error.
func Open(dir string) (*Run, error) {
	path := filepath.Join(dir, LogFile)
	if _, err := ReadStart(dir); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is not a run: there is no %s in it", dir, LogFile)
	}
	if err != nil {
		return nil, advise("opening the run's log", err)
	}
	held, err := lock(dir)
	if err != nil {
		log.Close()
		return nil, err
	}
	r := &Run{dir: dir, held: held, log: log}
	if err := r.mend(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Close closes the log and gives the lock back. The run's files are complete at any time.
func (r *Run) Close() error { return errors.Join(r.log.Close(), r.held.Unlock()) }

// Dir returns the run directory as it was given to Create or Open.
func (r *Run) Dir() string { return r.dir }

// Path returns where the run's file of that name lies.
func (r *Run) Path(name string) string { return filepath.Join(r.dir, name) }

// WriteJSON writes v, indented, to the run's file of that name. Numbers that JSON lacks (NaN, ±Inf) become
// null.
func (r *Run) WriteJSON(name string, v any) error {
	data, err := JSON(v)
	if err != nil {
		return fmt.Errorf("encoding %s: %w", r.Path(name), err)
	}
	return r.write(name, data)
}

// WriteText writes text to the run's file of that name.
func (r *Run) WriteText(name, text string) error { return r.write(name, []byte(text)) }

func (r *Run) write(name string, data []byte) error {
	err := raster.WriteFile(r.Path(name), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	return advise("writing the run", err)
}

// AutoName returns a directory below root that does not exist yet, named by the time and four random letters:
// root/20060102-150405-xxxx.
func AutoName(root string) string {
	const letters = "abcdefghijkmnpqrstuvwxyz23456789"
	for {
		tail := make([]byte, 4)
		for i := range tail {
			tail[i] = letters[rand.IntN(len(letters))]
		}
		dir := filepath.Join(root, time.Now().Format("20060102-150405-")+string(tail))
		if _, err := os.Lstat(dir); err != nil {
			return dir
		}
	}
}

// advise says what was being done and, for the mistakes of the world that have a remedy, what to do.
// The error names the path itself.
func advise(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, Advise(err))
}

// Advise adds to an error of the file system what to do about it, where there is a remedy. Other errors, and those
// that have their advice, stay as they are.
func Advise(err error) error {
	var given *advised
	switch {
	case errors.As(err, &given):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &advised{err, "free some space, then continue with --resume, or cv and solve with the same command"}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return &advised{err, "make it writable, or begin in a writable directory with --out"}
	}
	return err
}

// An advised error has a remedy.
type advised struct {
	error
	remedy string
}

// Error returns the error and its remedy.
func (e *advised) Error() string { return fmt.Sprintf("%v (%s)", e.error, e.remedy) }

// Unwrap returns the error alone.
func (e *advised) Unwrap() error { return e.error }

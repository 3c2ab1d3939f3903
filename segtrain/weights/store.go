package weights

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tessera/nn/checkpoint"
)

// A Store is a folder of weights that are fetched when they are wanted.
type Store struct {
	Dir    string
	Mirror string // an address that stands for Hub, or a folder of files as in Dir; empty: the hub

	Client   *http.Client                         // nil: one that gives up a connection without data after a minute
	Progress func(file string, done, total int64) // of a download, in bytes; total is 0 if unknown; may be nil
	Wait     func(time.Duration)                  // between attempts; nil: the time itself
}

// Open returns a Store with the folder and, unless mirror is given, the mirror of the environment: Dir and
// SEGTRAIN_MIRROR.
func Open(mirror string) (*Store, error) {
	dir, err := Dir()
	if err != nil {
		return nil, err
	}
	if mirror == "" {
		mirror = os.Getenv("SEGTRAIN_MIRROR")
	}
	return &Store{Dir: dir, Mirror: mirror}, nil
}

// Address is the mirror as an address; empty where it is a folder or not set.
func (s *Store) Address() string {
	if strings.Contains(s.Mirror, "://") {
		return s.Mirror
	}
	return ""
}

// Fetch returns the path of a file with the weights. One that is not in the store is downloaded.
func (s *Store) Fetch(ctx context.Context, p Pretrained) (string, error) {
	path := filepath.Join(s.Dir, p.File())
	if p.Cached(s.Dir) {
		return path, verify(path)
	}
	if s.Mirror != "" && s.Address() == "" {
		path = filepath.Join(s.Mirror, p.File())
		if p.Cached(s.Mirror) {
			return path, verify(path)
		}
		return "", fmt.Errorf("weights %s of %s: the mirror %s has no %s; download %s and put it there under this name",
			p.Weights, p.Encoder, s.Mirror, p.File(), p.URL(""))
	}
	if err := os.MkdirAll(s.Dir, 0o777); err != nil {
		return "", fmt.Errorf("folder for weights: %w; SEGTRAIN_CACHE names another", err)
	}
	release, err := lock(ctx, s.Dir)
	if err != nil {
		return "", err
	}
	defer release()
	if p.Cached(s.Dir) { // another process was faster
		return path, verify(path)
	}
	return path, s.fromSources(ctx, p, path)
}

// fromSources downloads a file from the hub or, if that does not answer, from the second source.
func (s *Store) fromSources(ctx context.Context, p Pretrained, path string) error {
	sources := []string{p.URL(s.Mirror)}
	if s.Mirror == "" && p.second != "" {
		sources = append(sources, p.second)
	}
	var errs []error
	for i, url := range sources {
		err := s.download(ctx, url, path+[]string{".part", ".second.part"}[i], path)
		if err == nil {
			return nil
		}
		errs = append(errs, err)
		if ctx.Err() != nil || !errors.As(err, new(*unreachableError)) {
			break
		}
	}
	return advice(p, path, errors.Join(errs...))
}

// advice says what to do about a file that could not be had.
func advice(p Pretrained, path string, err error) error {
	if !errors.As(err, new(*unreachableError)) {
		return err
	}
	return fmt.Errorf("weights %s of %s are not on this machine, and could not be downloaded: %w\n"+
		"Where there is a network, download\n  %s\nand put it here as\n  %s\n"+
		"or set SEGTRAIN_MIRROR to an address or a folder that has it", p.Weights, p.Encoder, err, p.URL(""), path)
}

// Add puts a file of weights into the store, under the name that Fetch looks for.
func (s *Store) Add(p Pretrained, entries []checkpoint.Entry, metadata map[string]string) (string, error) {
	if err := os.MkdirAll(s.Dir, 0o777); err != nil {
		return "", fmt.Errorf("folder for weights: %w; SEGTRAIN_CACHE names another", err)
	}
	path := filepath.Join(s.Dir, p.File())
	if err := checkpoint.WriteFile(path, entries, metadata); err != nil {
		return "", err
	}
	sum, err := Sum(path)
	if err != nil {
		return "", err
	}
	return path, writeSum(path, sum)
}

// sumFile is the file beside a file that holds its checksum, as the tool sha256sum writes and checks it.
func sumFile(path string) string { return path + ".sha256" }

func writeSum(path, sum string) error {
	line := sum + "  " + filepath.Base(path) + "\n"
	if err := os.WriteFile(sumFile(path), []byte(line), 0o666); err != nil {
		return fmt.Errorf("checksum of %s: %w", path, err)
	}
	return nil
}

// verify compares a file with its checksum, if it has one: a file that was put there by hand has none.
func verify(path string) error {
	want, err := os.ReadFile(sumFile(path))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("checksum of weights: %w", err)
	}
	got, err := Sum(path)
	if err != nil {
		return err
	}
	if word, _, _ := strings.Cut(string(want), " "); strings.TrimSpace(word) != got {
		return fmt.Errorf("%s is damaged: its SHA-256 is %s, and %s says %.64s; remove both to download it again",
			path, got, sumFile(path), word)
	}
	return nil
}

// Sum returns the SHA-256 of a file in hexadecimal.
func Sum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("checksum: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("checksum of %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

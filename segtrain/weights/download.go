package weights

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tessera/nn/checkpoint"
)

const (
	attempts  = 5               // of a download whose connection breaks
	stalled   = time.Minute     // without a byte is a broken connection
	maxBytes  = 4 << 30         // of a file of weights
	heartbeat = 64 << 10        // bytes between two reports of progress
	pause     = 2 * time.Second // before the second attempt; each further one waits twice as long
)

// An unreachableError says that a server could not be asked, or that it has no such file.
type unreachableError struct{ err error }

func (e *unreachableError) Error() string { return e.err.Error() }

// Unwrap returns the reason.
func (e *unreachableError) Unwrap() error { return e.err }

// errAgain says that a partial file does not belong to what the server has: another attempt begins anew.
var errAgain = errors.New("the part that was there does not fit the rest")

// download puts what is at an address into a file. It collects the bytes in part, which a later attempt, also of
// another process, goes on with; a file of the right name is always whole.
func (s *Store) download(ctx context.Context, url, part, path string) error {
	_, err := os.Stat(part)
	resumed := err == nil
	for {
		want, err := s.persist(ctx, url, part)
		if err == nil {
			err = finish(part, path, url, want)
		}
		if resumed && errors.Is(err, errWrong) {
			resumed = false // the fault may be in the old part
			continue
		}
		if err != nil {
			return fmt.Errorf("download %s: %w", url, err)
		}
		return nil
	}
}

// persist fetches what is missing of part, several times if connections break.
func (s *Store) persist(ctx context.Context, url, part string) (want string, err error) {
	for n := range attempts {
		if n > 0 && !errors.Is(err, errAgain) {
			s.wait(ctx, pause<<(n-1))
		}
		if want, err = s.attempt(ctx, url, part); err == nil || ctx.Err() != nil || !temporary(err) {
			break
		}
	}
	return want, err
}

// wait lets some time go by, or less if ctx ends.
func (s *Store) wait(ctx context.Context, d time.Duration) {
	if s.Wait != nil {
		s.Wait(d)
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// temporary tells whether another attempt may help. Nobody waits for a machine without a network.
func temporary(err error) bool {
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return false
	}
	if status, ok := errors.AsType[*statusError](err); ok {
		return status.code >= 500 || status.code == http.StatusTooManyRequests
	}
	var unreachable *unreachableError
	return errors.Is(err, errAgain) || errors.Is(err, errBroken) || errors.As(err, &unreachable) && isTimeout(err)
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// errBroken is a connection that ended before the file did.
var errBroken = errors.New("the connection broke")

// A statusError is an answer that is no file.
type statusError struct {
	code int
	text string
}

func (e *statusError) Error() string { return "the server says: " + e.text }

// attempt appends to part what is missing of it, and returns the checksum that the file must have: its SHA-256 or the
// first digits of it, empty if none is known.
func (s *Store) attempt(ctx context.Context, url, part string) (sum string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	have := int64(0)
	if info, err := os.Stat(part); err == nil && info.Mode().IsRegular() {
		have = info.Size()
	}
	response, sum, err := s.get(ctx, url, have)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	total, begin, err := extent(response)
	switch {
	case errors.Is(err, errAgain) || err == nil && begin != 0 && begin != have:
		_ = os.Remove(part) // the next attempt would find it and fail as this one
		return "", errAgain
	case err != nil:
		return "", err
	case total > maxBytes:
		return "", fmt.Errorf("%d bytes; allowed: %d", total, int64(maxBytes))
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if begin == 0 {
		flags |= os.O_TRUNC
	}
	f, err := os.OpenFile(part, flags, 0o666)
	if err != nil {
		return "", fmt.Errorf("write: %w", err)
	}
	err = s.copy(f, response.Body, part, begin, total, cancel)
	return sum, errors.Join(err, f.Close())
}

// get asks for an address from a byte on, and follows the server to where the file is.
func (s *Store) get(ctx context.Context, url string, have int64) (*http.Response, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, "", err
	}
	request.Header.Set("User-Agent", "segtrain")
	request.Header.Set("Accept-Encoding", "identity")
	if have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	sum := sumInName(url)
	client := s.client()
	client.CheckRedirect = func(next *http.Request, via []*http.Request) error {
		if found := sumInHeader(next.Response.Header); found != "" {
			sum = found
		}
		if len(via) > 9 {
			return errors.New("redirected ten times")
		}
		return nil
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, "", &unreachableError{err}
	}
	if found := sumInHeader(response.Header); found != "" {
		sum = found
	}
	return response, sum, nil
}

// client returns a copy of the store's client.
func (s *Store) client() *http.Client {
	if s.Client != nil {
		c := *s.Client
		return &c
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout = stalled
	return &http.Client{Transport: t}
}

// extent returns the size of a whole file and the byte at which an answer begins.
func extent(r *http.Response) (total, begin int64, err error) {
	switch r.StatusCode {
	case http.StatusOK:
		return max(0, r.ContentLength), 0, nil
	case http.StatusPartialContent:
		var end int64
		if _, err := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &begin, &end, &total); err != nil {
			return 0, 0, fmt.Errorf("the server answers with bytes %q", r.Header.Get("Content-Range"))
		}
		return total, begin, nil
	case http.StatusRequestedRangeNotSatisfiable:
		return 0, 0, errAgain
	}
	err = &statusError{r.StatusCode, r.Status}
	return 0, 0, &unreachableError{err}
}

// copy writes a body to f. A body that gives nothing for a while ends the connection.
func (s *Store) copy(f io.Writer, body io.Reader, part string, done, total int64, cancel func()) error {
	watchdog := time.AfterFunc(stalled, cancel)
	defer watchdog.Stop()
	name := strings.TrimSuffix(path.Base(part), ".part")
	buffer := make([]byte, heartbeat)
	for {
		n, err := body.Read(buffer)
		watchdog.Reset(stalled)
		if _, err := f.Write(buffer[:n]); err != nil {
			return fmt.Errorf("write %s: %w; %s in all are needed", part, err, megabytes(total))
		}
		if done += int64(n); done > maxBytes {
			return fmt.Errorf("more than %d bytes", int64(maxBytes))
		}
		if s.Progress != nil {
			s.Progress(name, done, total)
		}
		switch {
		case err == nil:
		case err == io.EOF && done >= total:
			return nil
		default:
			return fmt.Errorf("%w after %d of %d bytes (%w); what came is kept, and the next attempt goes on from there", errBroken, done, total, err)
		}
	}
}

// errWrong is a file that is not the one that was asked for.
var errWrong = errors.New("the file is not what it should be")

// finish gives a complete file its name, if it is what it should be. One of PyTorch's becomes a safetensors file.
func finish(part, path, url, want string) error {
	got, err := Sum(part)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(got, want) {
		_ = os.Remove(part) // or every attempt would go on with it
		return fmt.Errorf("%w: its SHA-256 is %s, and %s was announced", errWrong, got, want)
	}
	entries, _, format, err := checkpoint.Open(part)
	if err != nil {
		_ = os.Remove(part)
		return err
	}
	if format != checkpoint.Safetensors {
		if err := checkpoint.WriteFile(path, entries, map[string]string{"source": url, "sha256": got}); err != nil {
			return err
		}
		if got, err = Sum(path); err != nil {
			return err
		}
		return errors.Join(os.Remove(part), writeSum(path, got))
	}
	if err := writeSum(path, got); err != nil {
		return err
	}
	return os.Rename(part, path)
}

// inName finds the first digits of a SHA-256 at the end of a file's name, where PyTorch's hub has them.
var inName = regexp.MustCompile(`-([0-9a-f]{8,64})\.pth$`)

func sumInName(url string) string {
	if m := inName.FindStringSubmatch(url); m != nil {
		return m[1]
	}
	return ""
}

var sha256Text = regexp.MustCompile(`^[0-9a-f]{64}$`)

// sumInHeader finds the SHA-256 that the hub's servers announce.
func sumInHeader(h http.Header) string {
	for _, key := range []string{"X-Linked-Etag", "Etag"} {
		if s := strings.Trim(strings.TrimPrefix(h.Get(key), "W/"), `"`); sha256Text.MatchString(s) {
			return s
		}
	}
	return ""
}

func megabytes(n int64) string { return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB" }

package weights

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/nn/checkpoint"
)

// A hub is a server that answers as the real one: it redirects to where the file is and announces its SHA-256.
type hub struct {
	t        *testing.T
	file     []byte
	sum      string      // announced; empty: none
	cut      map[int]int // request number: bytes after which the connection breaks
	status   map[int]int // request number: an error instead
	noRange  bool        // every answer is the whole file
	requests []string    // path and range of the requests for the file
}

func newHub(t *testing.T) (*hub, *Store) {
	values := make([]float32, 50_000)
	for i := range values {
		values[i] = float32(i)
	}
	var b bytes.Buffer
	entry := checkpoint.NewFloat32s("conv1.weight", []int{len(values)}, values)
	require.NoError(t, checkpoint.Write(&b, []checkpoint.Entry{entry}, nil))
	sum := sha256.Sum256(b.Bytes())
	h := &hub{t: t, file: b.Bytes(), sum: hex.EncodeToString(sum[:]), cut: map[int]int{}, status: map[int]int{}}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return h, &Store{Dir: filepath.Join(t.TempDir(), "cache"), Mirror: server.URL, Wait: func(time.Duration) {}}
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasSuffix(r.URL.Path, "/model.safetensors") {
		if h.sum != "" {
			w.Header().Set("X-Linked-Etag", `"`+h.sum+`"`)
		}
		http.Redirect(w, r, "/cdn"+r.URL.Path+".bin", http.StatusFound)
		return
	}
	n := len(h.requests)
	h.requests = append(h.requests, r.URL.Path+" "+r.Header.Get("Range"))
	if code := h.status[n]; code != 0 {
		http.Error(w, "no", code)
		return
	}
	if h.noRange {
		r.Header.Del("Range")
	}
	if cut, ok := h.cut[n]; ok {
		http.ServeContent(&cutter{w, cut}, r, "", time.Time{}, bytes.NewReader(h.file))
		panic(http.ErrAbortHandler)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(h.file))
}

// A cutter passes on so many bytes.
type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(b []byte) (int, error) {
	n := min(len(b), c.left)
	c.left -= n
	_, _ = c.ResponseWriter.Write(b[:n])
	if n < len(b) {
		c.ResponseWriter.(http.Flusher).Flush()
		return n, errors.New("cut")
	}
	return n, nil
}

func resnet(t *testing.T) Pretrained {
	p, err := Find("resnet34", "imagenet")
	require.NoError(t, err)
	return p
}

func (h *hub) complete(path string) {
	h.t.Helper()
	got, err := os.ReadFile(path)
	require.NoError(h.t, err)
	assert.True(h.t, bytes.Equal(h.file, got))
	files, err := os.ReadDir(filepath.Dir(path))
	require.NoError(h.t, err)
	assert.Len(h.t, files, 3, "the file, its checksum and the lock")
}

func TestFetchDownloadsOnce(t *testing.T) {
	h, s := newHub(t)
	var last, whole int64
	s.Progress = func(file string, done, total int64) {
		assert.Equal(t, resnet(t).File(), file)
		assert.Greater(t, done, last)
		last, whole = done, total
	}
	path, err := s.Fetch(context.Background(), resnet(t))
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(s.Dir, "resnet34.imagenet-7a57b34f.safetensors"), path)
	h.complete(path)
	assert.EqualValues(t, len(h.file), last)
	assert.Equal(t, last, whole)
	assert.Equal(t, []string{"/cdn/smp-hub/resnet34.imagenet/resolve/7a57b34f723329ff020b3f8bc41771163c519d0c/" +
		"model.safetensors.bin "}, h.requests)
	sum, err := os.ReadFile(path + ".sha256")
	require.NoError(t, err)
	assert.Equal(t, h.sum+"  "+filepath.Base(path)+"\n", string(sum))

	_, err = s.Fetch(context.Background(), resnet(t))
	require.NoError(t, err)
	assert.Len(t, h.requests, 1)
}

// TestFetchGoesOn breaks connections; the bytes that came are not asked for again.
func TestFetchGoesOn(t *testing.T) {
	h, s := newHub(t)
	h.cut = map[int]int{0: 1000, 1: 70_000, 3: 0}
	h.status = map[int]int{2: 503}
	path, err := s.Fetch(context.Background(), resnet(t))
	require.NoError(t, err)
	h.complete(path)
	require.Len(t, h.requests, 5)
	for i, want := range []string{" ", " bytes=1000-", " bytes=71000-", " bytes=71000-", " bytes=71000-"} {
		assert.True(t, strings.HasSuffix(h.requests[i], want), h.requests[i])
	}
}

func TestFetchGivesUpAndLaterGoesOn(t *testing.T) {
	h, s := newHub(t)
	for i := range attempts {
		h.cut[i] = 100
	}
	_, err := s.Fetch(context.Background(), resnet(t))
	assert.ErrorContains(t, err, "the connection broke after 500 of 200120 bytes")
	assert.NoFileExists(t, filepath.Join(s.Dir, resnet(t).File()))
	path, err := s.Fetch(context.Background(), resnet(t))
	require.NoError(t, err)
	h.complete(path)
	assert.True(t, strings.HasSuffix(h.requests[attempts], " bytes=500-"))
}

func TestServerWithoutRanges(t *testing.T) {
	h, s := newHub(t)
	h.noRange, h.cut = true, map[int]int{0: 1000}
	path, err := s.Fetch(context.Background(), resnet(t))
	require.NoError(t, err)
	h.complete(path)
}

// TestOldParts begins with parts of another file, and one that is too long.
func TestOldParts(t *testing.T) {
	for name, n := range map[string]int{"other": 1000, "whole": 200_120, "long": 300_000} {
		t.Run(name, func(t *testing.T) {
			h, s := newHub(t)
			require.NoError(t, os.MkdirAll(s.Dir, 0o777))
			part := filepath.Join(s.Dir, resnet(t).File()+".part")
			require.NoError(t, os.WriteFile(part, make([]byte, n), 0o666))
			path, err := s.Fetch(context.Background(), resnet(t))
			require.NoError(t, err)
			h.complete(path)
		})
	}
}

func TestWrongChecksum(t *testing.T) {
	h, s := newHub(t)
	h.sum = strings.Repeat("0", 64)
	_, err := s.Fetch(context.Background(), resnet(t))
	assert.ErrorContains(t, err, "the file is not what it should be: its SHA-256 is ")
	assert.ErrorContains(t, err, h.sum+" was announced")
	files, err := os.ReadDir(s.Dir)
	require.NoError(t, err)
	assert.Len(t, files, 1, "the lock")
}

func TestNotACheckpoint(t *testing.T) {
	h, s := newHub(t)
	h.sum, h.file = "", []byte("<!DOCTYPE html>please log in")
	_, err := s.Fetch(context.Background(), resnet(t))
	assert.ErrorContains(t, err, "a web page: the download went wrong")
	files, err := os.ReadDir(s.Dir)
	require.NoError(t, err)
	assert.Len(t, files, 1, "the lock")
}

func TestDamageInTheCache(t *testing.T) {
	_, s := newHub(t)
	path, err := s.Fetch(context.Background(), resnet(t))
	require.NoError(t, err)
	require.NoError(t, os.Truncate(path, 1000))
	_, err = s.Fetch(context.Background(), resnet(t))
	assert.ErrorContains(t, err, path+" is damaged: its SHA-256 is ")
	assert.ErrorContains(t, err, "remove both to download it again")
}

// TestFullDisk writes to a device that has no room.
func TestFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("no /dev/full")
	}
	_, s := newHub(t)
	require.NoError(t, os.MkdirAll(s.Dir, 0o777))
	require.NoError(t, os.Symlink("/dev/full", filepath.Join(s.Dir, resnet(t).File()+".part")))
	_, err := s.Fetch(context.Background(), resnet(t))
	assert.ErrorIs(t, err, syscall.ENOSPC)
	assert.ErrorContains(t, err, ".part: no space left on device; 0.2 MB in all are needed")
}

// TestOffline says which file to put where.
func TestOffline(t *testing.T) {
	h, s := newHub(t)
	for status, want := range map[int]string{404: "the server says: 404 Not Found", 403: "403 Forbidden"} {
		h.status[len(h.requests)] = status
		_, err := s.Fetch(context.Background(), resnet(t))
		assert.ErrorContains(t, err, want)
	}
	s.Mirror = "http://127.0.0.1:1"
	_, err := s.Fetch(context.Background(), resnet(t))
	require.Error(t, err)
	path := filepath.Join(s.Dir, "resnet34.imagenet-7a57b34f.safetensors")
	for _, want := range []string{
		"weights imagenet of resnet34 are not on this machine, and could not be downloaded: download http://127.0.0.1:1/",
		"download\n  https://huggingface.co/smp-hub/resnet34.imagenet/resolve/7a57b34f723329ff020b3f8bc41771163c519d0c/model.safetensors\n",
		"and put it here as\n  " + path, "SEGTRAIN_MIRROR",
	} {
		assert.ErrorContains(t, err, want)
	}
	require.NoError(t, checkpoint.WriteFile(path, []checkpoint.Entry{checkpoint.NewFloat32s("w", nil, []float32{1})}, nil))
	got, err := s.Fetch(context.Background(), resnet(t))
	require.NoError(t, err, "put there by hand")
	assert.Equal(t, path, got)
}

// TestSecondSource takes a .pth file whose name has its checksum where the hub has nothing.
func TestSecondSource(t *testing.T) {
	var b bytes.Buffer
	entry := checkpoint.NewFloat32s("w", []int{3}, []float32{1, 2, 3})
	require.NoError(t, checkpoint.WriteTorch(&b, []checkpoint.Entry{entry}))
	sum := sha256.Sum256(b.Bytes())
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(b.Bytes()) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	for digits, ok := range map[string]bool{hex.EncodeToString(sum[:4]): true, "00000000": false} {
		p := resnet(t)
		p.second = server.URL + "/resnet34-" + digits + ".pth"
		s := &Store{Dir: t.TempDir(), Client: &http.Client{Transport: hubless{}}}
		path, err := s.Fetch(context.Background(), p)
		if !ok {
			assert.ErrorContains(t, err, "and 00000000 was announced")
			continue
		}
		require.NoError(t, err)
		entries, metadata, format, err := checkpoint.Open(path)
		require.NoError(t, err)
		assert.Equal(t, checkpoint.Safetensors, format)
		assert.Equal(t, entry, entries[0])
		assert.Equal(t, p.second, metadata["source"])
		_, err = s.Fetch(context.Background(), p)
		assert.NoError(t, err)
	}
}

// hubless reaches all servers but the hub.
type hubless struct{}

func (hubless) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasPrefix(r.URL.String(), Hub) {
		return nil, errors.New("no route to the hub")
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestFetchesAtOnce starts together what needs the same file.
func TestFetchesAtOnce(t *testing.T) {
	h, s := newHub(t)
	errs := make(chan error)
	for range 4 {
		go func() {
			other := *s
			_, err := other.Fetch(context.Background(), resnet(t))
			errs <- err
		}()
	}
	for range 4 {
		assert.NoError(t, <-errs)
	}
	h.complete(filepath.Join(s.Dir, resnet(t).File()))
	if runtime.GOOS == "linux" {
		assert.Len(t, h.requests, 1)
	}
}

func TestInterruption(t *testing.T) {
	_, s := newHub(t)
	ctx, cancel := context.WithCancel(context.Background())
	s.Progress = func(string, int64, int64) { cancel() }
	_, err := s.Fetch(ctx, resnet(t))
	if err != nil { // the whole may have arrived before
		assert.ErrorIs(t, err, context.Canceled)
	}
}

func TestMirrorFolder(t *testing.T) {
	s := &Store{Dir: t.TempDir(), Mirror: t.TempDir()}
	_, err := s.Fetch(context.Background(), resnet(t))
	assert.ErrorContains(t, err, fmt.Sprintf("the mirror %s has no resnet34.imagenet-7a57b34f.safetensors; download https://", s.Mirror))
	want := filepath.Join(s.Mirror, resnet(t).File())
	require.NoError(t, os.WriteFile(want, []byte("x"), 0o666))
	got, err := s.Fetch(context.Background(), resnet(t))
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

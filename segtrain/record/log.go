package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Event is one line of the log: an object with "kind" and "time" first, then the members of what was
// appended.
type Event struct {
	Kind string    `json:"kind"`
	Time time.Time `json:"time"`
	Line []byte    `json:"-"` // the whole object, for Decode
	No   int       `json:"-"` // line number, from 1
}

// Decode stores the event's members in v, as json.Unmarshal does.
func (e Event) Decode(v any) error {
	if err := json.Unmarshal(e.Line, v); err != nil {
		return fmt.Errorf("line %d: event %q: %w", e.No, e.Kind, err)
	}
	return nil
}

// Append adds an event to the log in one write. v is a struct or a map whose members join "kind" and "time"
// in one object; nil adds none. NaN and ±Inf are written as null. Everything but steps is synced to the
// disk.
func (r *Run) Append(kind string, v any) error {
	line, err := eventLine(kind, time.Now(), v)
	if err != nil {
		return fmt.Errorf("%s: event %q: %w", r.Path(LogFile), kind, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n, err := r.log.Write(line); err != nil {
		return advise("logging", errors.Join(err, cutBack(r.log, n)))
	}
	if kind == "step" {
		return nil
	}
	return advise("logging", r.log.Sync())
}

// cutBack takes the n bytes of a short write off the log again: they would glue the next event to this one. Should that fail
// too, Open will do it.
func cutBack(log *os.File, n int) error {
	if n == 0 {
		return nil
	}
	info, err := log.Stat()
	if err != nil {
		return err
	}
	return log.Truncate(info.Size() - int64(n))
}

// Annotate adds an event to the log of the run in dir, also while another process writes the run: a line is one write at the
// end of the file, so the two do not mix.
func Annotate(dir, kind string, v any) error {
	r, err := Open(dir)
	if errors.Is(err, ErrBusy) {
		var log *os.File
		if log, err = os.OpenFile(filepath.Join(dir, LogFile), os.O_WRONLY|os.O_APPEND, 0); err == nil {
			r = &Run{dir: dir, held: flock.New(filepath.Join(dir, LockFile)), log: log}
		}
	}
	if err != nil {
		return advise("annotating a run", err)
	}
	return errors.Join(r.Append(kind, v), r.Close())
}

func eventLine(kind string, now time.Time, v any) ([]byte, error) {
	line, err := json.Marshal(Event{Kind: kind, Time: now.Round(0)})
	if err != nil {
		return nil, err
	}
	body := []byte("{}")
	if v != nil {
		if body, err = encode(v); err != nil {
			return nil, err
		}
	}
	if body[0] != '{' {
		return nil, fmt.Errorf("%T is %s in JSON; want an object", v, body)
	}
	if len(body) > len("{}") {
		line = append(append(line[:len(line)-1], ','), body[1:]...)
	}
	return append(line, '\n'), nil
}

// mend cuts a torn last line off the log: one without an end, or one that is not an object.
func (r *Run) mend() error {
	data, err := io.ReadAll(r.log)
	if err != nil {
		return advise("reading the run's log", err)
	}
	whole := data[:bytes.LastIndexByte(data, '\n')+1]
	if n := len(whole); n > 0 {
		start := bytes.LastIndexByte(whole[:n-1], '\n') + 1
		if !json.Valid(whole[start:]) {
			whole = whole[:start]
		}
	}
	torn := len(data) - len(whole)
	if torn == 0 {
		return nil
	}
	if err := r.log.Truncate(int64(len(whole))); err != nil {
		return advise("mending the run's log", err)
	}
	return r.Append("note", map[string]any{
		"text": fmt.Sprintf("the log ended in a torn line; %d bytes were cut off", torn),
	})
}

// Events returns the run's log from its beginning; see the function Events.
func (r *Run) Events() iter.Seq2[Event, error] { return Events(r.dir) }

// Events reads the log of the run in dir. A line that is not an event yields an error with the path and the
// line number, and reading goes on; a last line without an end is passed over, because it is still being
// written.
func Events(dir string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		path := filepath.Join(dir, LogFile)
		f, err := os.Open(path)
		if err != nil {
			yield(Event{}, fmt.Errorf("reading a run: %w", err))
			return
		}
		defer f.Close()
		lines := bufio.NewReader(f)
		for no := 1; ; no++ {
			line, err := lines.ReadBytes('\n')
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(Event{}, fmt.Errorf("reading a run: %w", err))
				return
			}
			e := Event{Line: line, No: no}
			if err := json.Unmarshal(line, &e); err != nil {
				err = fmt.Errorf("%s:%d: not an event: %w", path, no, err)
				if !yield(Event{}, err) {
					return
				}
				continue
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

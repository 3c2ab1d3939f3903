package cli

import (
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/lmittmann/tint"
	"golang.org/x/term"

	"tessera/segtrain/workflow"
)

// An output is where messages and progress go.
type output struct {
	app *app
	to  *switchable
	log *slog.Logger
}

// logging returns the output that the flags ask for.
func (a *app) logging() *output {
	o := &output{app: a, to: &switchable{w: a.stderr}}
	level := slog.LevelInfo
	if a.quiet {
		level = slog.LevelWarn
	}
	var handler slog.Handler = tint.NewTextHandler(o.to, &tint.Options{
		Level: level, TimeFormat: "15:04:05", NoColor: os.Getenv("NO_COLOR") != "" || !o.terminal(),
	})
	if a.logJSON {
		handler = slog.NewJSONHandler(o.to, &slog.HandlerOptions{Level: level})
	}
	o.log = slog.New(handler)
	return o
}

// options are a workflow's without progress.
func (o *output) options() workflow.Options { return workflow.Options{Log: o.log} }

// progress returns a bar for a terminal and lines for everything else.
func (o *output) progress() workflow.Progress {
	if o.app.quiet {
		return nil
	}
	if o.terminal() && !o.app.logJSON {
		return &bar{output: o}
	}
	return &lines{log: o.log}
}

// terminal tells whether standard error is a terminal with room for a bar.
func (o *output) terminal() bool {
	f, ok := o.app.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return false
	}
	w, h, err := term.GetSize(int(f.Fd()))
	return err == nil && w > 0 && h > 0
}

// switchable is a writer whose target changes: while a bar is on the screen, messages go through it.
type switchable struct {
	mu sync.Mutex
	w  io.Writer
}

// Write writes to the present target.
func (s *switchable) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

func (s *switchable) set(w io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w = w
}

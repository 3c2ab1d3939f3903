package cli

import (
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// A counter is progress of work that has a number of things to do: a bar on a terminal, a line now and then elsewhere,
// nothing with --quiet.
type counter struct {
	*output
	what  string
	last  time.Time
	group *mpb.Progress
	bar   *mpb.Bar
}

func (o *output) counter(what string) *counter {
	return &counter{output: o, what: what, last: time.Now()}
}

// done shows that so many are done.
func (c *counter) done(done, total int) {
	switch {
	case c.app.quiet:
	case c.terminal() && !c.app.logJSON:
		if c.bar == nil {
			c.group = mpb.New(mpb.WithOutput(c.app.stderr))
			c.bar = c.group.AddBar(int64(total),
				mpb.PrependDecorators(decor.CountersNoUnit(c.what+" %d/%d ")),
				mpb.AppendDecorators(decor.AverageETA(decor.ET_STYLE_GO)))
		}
		c.bar.SetCurrent(int64(done))
	case time.Since(c.last) > lineEvery:
		c.last = time.Now()
		c.log.Info(c.what, "done", done, "of", total)
	}
}

// stop takes the bar off.
func (c *counter) stop() {
	if c.bar != nil {
		c.bar.Abort(true)
		c.group.Wait()
	}
}

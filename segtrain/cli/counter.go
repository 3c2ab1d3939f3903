package cli

import (
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// A counter is progress of work that has a number of things to do: a bar on a terminal, a line now and then elsewhere,
// nothing with --quiet.
type counter struct {
	*output
	what  string
	last  time.Time // of a line
	begin time.Time // of the first call, when so many were done
	first float64
	group *mpb.Progress
	bar   *mpb.Bar
	text  atomic.Pointer[string]
}

func (o *output) counter(what string) *counter {
	return &counter{output: o, what: what, last: time.Now()}
}

// done shows that so many are done.
func (c *counter) done(done, total int) { c.show(done, total, float64(done), c.what) }

// part shows that a part of so many images is done, in percent.
func (c *counter) part(part float64, images int) {
	c.show(int(100*part), 100, part*float64(images), "images")
}

// show shows a count, and how many of a unit were done a second since the first call.
func (c *counter) show(done, total int, amount float64, unit string) {
	if c.begin.IsZero() {
		c.begin, c.first = time.Now(), amount
	}
	seconds := time.Since(c.begin).Seconds()
	rate := (amount - c.first) / max(seconds, 1e-3)
	switch {
	case c.app.quiet:
	case c.terminal() && !c.app.logJSON:
		text := ""
		if rate > 0 {
			text = " " + figures(rate) + " " + unit + "/s"
		}
		c.text.Store(&text)
		if c.bar == nil {
			c.group = mpb.New(mpb.WithOutput(c.app.stderr))
			c.bar = c.group.AddBar(int64(total),
				mpb.PrependDecorators(decor.CountersNoUnit(c.what+" %d/%d ")),
				mpb.AppendDecorators(decor.AverageETA(decor.ET_STYLE_GO), decor.Any(func(decor.Statistics) string { return *c.text.Load() })))
		}
		c.bar.SetCurrent(int64(done))
	case time.Since(c.last) > lineEvery:
		c.last = time.Now()
		args := []any{"done", done, "of", total}
		if rate > 0 && amount > 0 {
			whole := amount * float64(total) / float64(max(1, done))
			args = append(args, unit+"/s", figures(rate), "left", left(time.Duration((whole-amount)/rate*float64(time.Second))))
		}
		c.log.Info(c.what, args...)
	}
}

// stop takes the bar off.
func (c *counter) stop() {
	if c.bar != nil {
		c.bar.Abort(true)
		c.group.Wait()
	}
}

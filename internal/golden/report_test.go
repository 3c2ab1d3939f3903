package golden

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

// log keeps what a test would say.
type log struct {
	testing.TB
	lines, errors []string
}

func (l *log) Helper()      {}
func (l *log) Failed() bool { return l.errors != nil }

func (l *log) Logf(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *log) Errorf(format string, args ...any) {
	l.errors = append(l.errors, fmt.Sprintf(format, args...))
}

func TestReport(t *testing.T) {
	var l log
	var w Worst
	w.Report(&l, "lion", "steps", Paper)
	assert.Equal(t, []string{"lion: steps: nothing was compared"}, l.errors)
	Same(&l, "lion", "names", Paper)
	assert.Empty(t, l.lines, "a test that failed is not the same")

	l = log{}
	w.See("a", 0, 0)
	w.See("b", 1e-6, 1e-3)
	w.See("c", 1e-5, 1e-1) // larger, but a smaller part of what is allowed
	w.Report(&l, "lion", "steps", Paper)
	Same(&l, "lion", "names", SMP)
	assert.Equal(t, []string{"fidelity | lion | steps | 1.0e-06 | 1.0e-03 | the paper, in float64",
		"fidelity | lion | names | 0 | 0 | smp 0.6.0"}, l.lines)
	assert.Empty(t, l.errors)

	w.See("d", 2, 1)
	w.See("e", math.NaN(), 1)
	w.See("f", 3, 1)
	w.Report(&l, "lion", "steps", Paper)
	assert.Equal(t, []string{"lion: steps: e is off by +Inf, allowed: 1"}, l.errors)
	w = Worst{}
	w.See("g", 1e-30, 0)
	w.Report(&l, "lion", "steps", Paper)
	assert.Len(t, l.errors, 2)
}

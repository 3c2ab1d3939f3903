package golden

import (
	"math"
	"testing"
)

// What parts are compared with, for Report.
const (
	PyTorch = "PyTorch 2.15"
	SMP     = "smp 0.6.0"
	Timm    = "timm's ModelEmaV3"
	Paper   = "the paper, in float64"
	Float64 = "float64"
)

// A Worst keeps the error that came closest to what was allowed for it, or passed it by most. Both count as the test
// counts them, such as relative to a tensor's deviation.
type Worst struct {
	Error, Allowed float64
	Name           string // of what was off
	seen           bool
}

// See counts an error of what has that name. An error that is not a number is worse than any other.
func (w *Worst) See(name string, err, allowed float64) {
	if math.IsNaN(err) {
		err = math.Inf(1)
	}
	if !w.seen || share(err, allowed) > share(w.Error, w.Allowed) {
		*w = Worst{Error: err, Allowed: allowed, Name: name, seen: true}
	}
}

// share returns the part of what is allowed that an error takes. Where none is allowed, any is too much.
func share(err, allowed float64) float64 {
	if err == 0 {
		return 0
	}
	return err / allowed
}

// Report logs a line of the table that "make fidelity" prints: how far a part, such as an encoder, is from a reference.
// What says what was compared and what the error is relative to. An error above what is allowed fails the test, and so
// does a comparison of nothing.
func (w *Worst) Report(t testing.TB, part, what, reference string) {
	t.Helper()
	if !w.seen {
		t.Errorf("%s: %s: nothing was compared", part, what)
		return
	}
	t.Logf("fidelity | %s | %s | %.1e | %.1e | %s", part, what, w.Error, w.Allowed, reference)
	if !(w.Error <= w.Allowed) {
		t.Errorf("%s: %s: %s is off by %.2g, allowed: %.2g", part, what, w.Name, w.Error, w.Allowed)
	}
}

// Same reports that a part is equal to its reference, as the test has found.
func Same(t testing.TB, part, what, reference string) {
	t.Helper()
	if !t.Failed() {
		t.Logf("fidelity | %s | %s | 0 | 0 | %s", part, what, reference)
	}
}

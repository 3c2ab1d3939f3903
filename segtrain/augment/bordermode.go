package augment

import (
	"fmt"
	"slices"
	"strings"
)

// A borderMode says what is shown beyond the edge of a picture. The names are OpenCV's.
type borderMode uint8

const (
	borderConstant   borderMode = iota // the fill
	borderReplicate                    // aaaa|abcd|dddd
	borderReflect                      // dcba|abcd|dcba
	borderReflect101                   // edcb|abcd|cba..
	borderWrap                         // abcd|abcd|abcd
)

var borderModes = []string{"constant", "replicate", "reflect", "reflect_101", "wrap"}

// Outside are the settings of what lies beyond the edge. Except for constant, pixels there show the picture again, and
// their labels are those of the pixels they show.
type Outside struct {
	BorderMode string `yaml:"border_mode"`
	Fill       Fill   `yaml:"fill"`
	FillMask   *uint8 `yaml:"fill_mask"` // left out, it is the ignored class (see Bind)
}

func (o Outside) border() border {
	b := newBorder(o.Fill, o.FillMask)
	b.mode = borderMode(max(0, slices.Index(borderModes, o.BorderMode)))
	return b
}

func (o Outside) check() error {
	if o.BorderMode != "" && !slices.Contains(borderModes, o.BorderMode) {
		return fmt.Errorf("border_mode: no %q; there are: %s", o.BorderMode, strings.Join(borderModes, ", "))
	}
	return nil
}

// bound fits the settings to a data set (see Bind).
func (o Outside) bound(name string, channels, ignore int) (Outside, error) {
	mask, err := bindFill(name, o.Fill, o.FillMask, channels, ignore)
	o.FillMask = mask
	return o, err
}

// index returns which of n pixels is shown at place i, which may lie beyond them.
func (m borderMode) index(i, n int) int {
	if uint(i) < uint(n) {
		return i
	}
	period := n
	switch m {
	case borderReflect:
		period = 2 * n
	case borderReflect101:
		period = max(2*n-2, 1)
	case borderWrap:
	default:
		return min(max(i, 0), n-1)
	}
	if i %= period; i < 0 {
		i += period
	}
	if i < n {
		return i
	}
	return 2*n - 1 - i - boolInt(m == borderReflect101)
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

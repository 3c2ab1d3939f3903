package checkpoint

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

var errTooShort = errors.New("the stack is too short")

// count counts values that take memory.
func (u *unpickler) count(n int) error {
	if u.pushed += n; u.pushed > maxPushed {
		return fmt.Errorf("more than %d values", maxPushed)
	}
	return nil
}

func (u *unpickler) push(v any) error {
	if err := u.count(1); err != nil {
		return err
	}
	u.stack = append(grown(u.stack), v)
	return nil
}

// grown has room for one more. Doubling leaves the least behind: append grows long slices by a quarter, and what it drops
// on the way adds up to four times the result.
func grown[T any](list []T) []T {
	if len(list) < cap(list) {
		return list
	}
	return slices.Grow(list, max(8, len(list)))
}

func (u *unpickler) pushIf(v any, err error) error {
	if err != nil {
		return err
	}
	return u.push(v)
}

// floor is the height of the stack below which no opcode may reach.
func (u *unpickler) floor() int {
	if len(u.marks) == 0 {
		return 0
	}
	return u.marks[len(u.marks)-1]
}

func (u *unpickler) pop() (any, error) {
	items, err := u.popN(1)
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

// popN takes n values off the stack and returns them in order.
func (u *unpickler) popN(n int) ([]any, error) {
	at := len(u.stack) - n
	if at < u.floor() {
		return nil, errTooShort
	}
	return u.cut(at), nil
}

// popMark takes everything above the last mark off the stack, and the mark.
func (u *unpickler) popMark() ([]any, error) {
	if len(u.marks) == 0 {
		return nil, errors.New("no mark on the stack")
	}
	items := u.cut(u.floor())
	u.marks = u.marks[:len(u.marks)-1]
	return items, nil
}

func (u *unpickler) cut(at int) []any {
	items := slices.Clone(u.stack[at:])
	clear(u.stack[at:])
	u.stack = u.stack[:at]
	return items
}

// top returns the value on top of the stack, which must be a T.
func top[T any](u *unpickler) (T, error) {
	var none T
	if len(u.stack) <= u.floor() {
		return none, errTooShort
	}
	v := u.stack[len(u.stack)-1]
	if t, ok := v.(T); ok {
		return t, nil
	}
	return none, errors.New("a container is due on the stack, and there is something else")
}

func (u *unpickler) byte() (byte, error) {
	if u.at >= len(u.data) {
		return 0, io.ErrUnexpectedEOF
	}
	u.at++
	return u.data[u.at-1], nil
}

// take reads n bytes.
func (u *unpickler) take(n int) ([]byte, error) {
	if n > len(u.data)-u.at {
		return nil, io.ErrUnexpectedEOF
	}
	u.at += n
	return u.data[u.at-n : u.at], nil
}

// uint reads an unsigned integer of some bytes, little-endian.
func (u *unpickler) uint(width int) (n uint64, err error) {
	b, err := u.take(width)
	for i := range len(b) {
		n |= uint64(b[i]) << (8 * i)
	}
	return n, err
}

// line reads up to the next newline.
func (u *unpickler) line() (string, error) {
	const longest = 256 // no class has a longer name
	n := bytes.IndexByte(u.data[u.at:min(len(u.data), u.at+longest)], '\n')
	if n < 0 {
		return "", errors.New("a class without the end of its name")
	}
	s := string(u.data[u.at : u.at+n])
	u.at += n + 1
	return s, nil
}

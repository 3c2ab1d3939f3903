package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

// Limits of a pickle: what a state dict of some ten thousand tensors stays well below, and what keeps a hostile
// one from taking more than a few dozen megabytes.
const (
	maxPickle = 8 << 20 // bytes
	maxPushed = 1 << 18 // values that its opcodes put on the stack or keep
)

// An unpickler runs the opcodes of a pickle that build plain values: numbers, texts, containers, and tensors
// through the classes that newClass allows. No opcode runs anything of the file's choosing.
//
// Format: https://github.com/python/cpython/blob/main/Lib/pickletools.py.
type unpickler struct {
	data   []byte // the pickle and what follows it
	at     int    // next byte
	stack  []any
	marks  []int // heights of the stack at its marks
	memo   []any
	pushed int

	persistent func(id []any) (any, error) // what a persistent id stands for
}

// The values of a pickle beside nil, bool, int64, float64 and string. Lists, sets and tuples are one: nothing
// here depends on the difference.
type (
	list  struct{ items []any }
	pairs struct{ keys, values []any } // a dict, in its order
	class struct{ module, name string }
)

func (c class) String() string { return plain(c.module + "." + c.name) }

// load runs one pickle and returns its value; u.at is then behind it.
func (u *unpickler) load() (value any, err error) {
	u.stack, u.marks, u.memo = u.stack[:0], u.marks[:0], u.memo[:0]
	start := u.at
	for {
		if u.at-start > maxPickle {
			return nil, fmt.Errorf("a pickle of more than %d bytes", maxPickle)
		}
		here := u.at
		op, err := u.byte()
		if err == nil && op == '.' {
			return u.pop()
		}
		if err == nil {
			err = u.step(op)
		}
		if err != nil {
			return nil, fmt.Errorf("pickle at byte %d: %w", here, err)
		}
	}
}

// step runs one opcode.
func (u *unpickler) step(op byte) error {
	if f := opcodes[op]; f != nil {
		return f(u)
	}
	if strings.IndexByte("iobPFLSTUVI0123", op) >= 0 {
		return fmt.Errorf("opcode %q is of a protocol before PyTorch's (2)", op)
	}
	return fmt.Errorf("0x%02x is no opcode that a state dict needs", op)
}

// opcodes are those of protocols 2 to 5 that PyTorch's files contain, and their like.
var opcodes [256]func(*unpickler) error

func init() {
	opcodes = [256]func(*unpickler) error{
		'\x80': func(u *unpickler) error { return u.protocol() },
		'\x95': func(u *unpickler) error { _, err := u.take(8); return err }, // a frame's length: nothing to do
		'N':    func(u *unpickler) error { return u.push(nil) },
		'\x88': func(u *unpickler) error { return u.push(true) },
		'\x89': func(u *unpickler) error { return u.push(false) },
		'K':    func(u *unpickler) error { n, err := u.uint(1); return u.pushIf(int64(n), err) },
		'M':    func(u *unpickler) error { n, err := u.uint(2); return u.pushIf(int64(n), err) },
		'J':    func(u *unpickler) error { n, err := u.uint(4); return u.pushIf(int64(int32(n)), err) },
		'G':    (*unpickler).float,
		'\x8a': (*unpickler).long,
		'X':    func(u *unpickler) error { return u.string(4) },
		'\x8c': func(u *unpickler) error { return u.string(1) },
		'\x8d': func(u *unpickler) error { return u.string(8) },
		'U':    func(u *unpickler) error { return u.string(1) },
		'T':    func(u *unpickler) error { return u.string(4) },
		'C':    func(u *unpickler) error { return u.string(1) },
		'B':    func(u *unpickler) error { return u.string(4) },
		'}':    func(u *unpickler) error { return u.push(&pairs{}) },
		']':    func(u *unpickler) error { return u.push(&list{}) },
		')':    func(u *unpickler) error { return u.push(&list{}) },
		'\x8f': func(u *unpickler) error { return u.push(&list{}) },
		'(':    (*unpickler).mark,
		't':    func(u *unpickler) error { items, err := u.popMark(); return u.pushIf(&list{items}, err) },
		'\x85': func(u *unpickler) error { return u.tuple(1) },
		'\x86': func(u *unpickler) error { return u.tuple(2) },
		'\x87': func(u *unpickler) error { return u.tuple(3) },
		'a':    func(u *unpickler) error { items, err := u.popN(1); return u.extend(items, err) },
		'e':    func(u *unpickler) error { items, err := u.popMark(); return u.extend(items, err) },
		'\x90': func(u *unpickler) error { items, err := u.popMark(); return u.extend(items, err) },
		's':    func(u *unpickler) error { items, err := u.popN(2); return u.setItems(items, err) },
		'u':    func(u *unpickler) error { items, err := u.popMark(); return u.setItems(items, err) },
		'q':    func(u *unpickler) error { n, err := u.uint(1); return u.remember(n, err) },
		'r':    func(u *unpickler) error { n, err := u.uint(4); return u.remember(n, err) },
		'\x94': func(u *unpickler) error { return u.remember(uint64(len(u.memo)), nil) },
		'h':    func(u *unpickler) error { n, err := u.uint(1); return u.recall(n, err) },
		'j':    func(u *unpickler) error { n, err := u.uint(4); return u.recall(n, err) },
		'c':    (*unpickler).global,
		'\x93': (*unpickler).stackGlobal,
		'R':    (*unpickler).reduce,
		'b':    (*unpickler).build,
		'Q':    (*unpickler).persistentID,
		'0':    func(u *unpickler) error { _, err := u.pop(); return err },
	}
}

func (u *unpickler) protocol() error {
	n, err := u.uint(1)
	if err == nil && (n < 2 || n > 5) {
		return fmt.Errorf("protocol %d; allowed: 2 to 5", n)
	}
	return err
}

func (u *unpickler) float() error {
	b, err := u.take(8)
	if err != nil {
		return err
	}
	return u.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
}

// long reads an integer in two's complement, little-endian. No number of a state dict is longer than 64 bits but
// the magic number of old files, of which the low 64 are enough.
func (u *unpickler) long() error {
	n, err := u.uint(1)
	if err != nil {
		return err
	}
	b, err := u.take(int(n))
	if err != nil {
		return err
	}
	var v uint64
	for i := range min(len(b), 8) {
		v |= uint64(b[i]) << (8 * i)
	}
	if n > 0 && n < 8 && b[n-1] >= 0x80 {
		v |= math.MaxUint64 << (8 * n)
	}
	return u.push(int64(v))
}

func (u *unpickler) string(width int) error {
	n, err := u.uint(width)
	if err != nil {
		return err
	}
	if n > uint64(len(u.data)-u.at) {
		return fmt.Errorf("a text of %d bytes, %d are left", n, len(u.data)-u.at)
	}
	b, err := u.take(int(n))
	return u.pushIf(string(b), err)
}

func (u *unpickler) mark() error {
	if err := u.count(1); err != nil {
		return err
	}
	u.marks = append(grown(u.marks), len(u.stack))
	return nil
}

func (u *unpickler) tuple(n int) error {
	items, err := u.popN(n)
	return u.pushIf(&list{items}, err)
}

// extend appends items to the list below them.
func (u *unpickler) extend(items []any, err error) error {
	if err != nil {
		return err
	}
	to, err := top[*list](u)
	if err == nil {
		to.items = append(to.items, items...)
	}
	return err
}

// setItems puts keys and values, in turn, into the dict below them.
func (u *unpickler) setItems(items []any, err error) error {
	if err != nil {
		return err
	}
	if len(items)%2 != 0 {
		return errors.New("a key without a value")
	}
	to, err := top[*pairs](u)
	if err != nil {
		return err
	}
	for i := 0; i < len(items); i += 2 {
		to.keys, to.values = append(to.keys, items[i]), append(to.values, items[i+1])
	}
	return nil
}

func (u *unpickler) remember(n uint64, err error) error {
	if err != nil {
		return err
	}
	if len(u.stack) <= u.floor() {
		return errTooShort
	}
	if n >= maxPushed {
		return fmt.Errorf("memo %d; allowed: below %d", n, maxPushed)
	}
	for uint64(len(u.memo)) <= n {
		u.memo = append(grown(u.memo), nil)
	}
	u.memo[n] = u.stack[len(u.stack)-1]
	return nil
}

func (u *unpickler) recall(n uint64, err error) error {
	if err == nil && n >= uint64(len(u.memo)) {
		err = fmt.Errorf("memo %d is empty", n)
	}
	if err != nil {
		return err
	}
	return u.push(u.memo[n])
}

// global pushes the class that two lines name.
func (u *unpickler) global() error {
	module, err := u.line()
	if err != nil {
		return err
	}
	name, err := u.line()
	if err != nil {
		return err
	}
	c, err := newClass(module, name)
	return u.pushIf(c, err)
}

func (u *unpickler) stackGlobal() error {
	items, err := u.popN(2)
	if err != nil {
		return err
	}
	module, ok := items[0].(string)
	name, isText := items[1].(string)
	if !ok || !isText {
		return errors.New("a class whose name is no text")
	}
	c, err := newClass(module, name)
	return u.pushIf(c, err)
}

// reduce makes a value of an allowed class from its arguments.
func (u *unpickler) reduce() error {
	items, err := u.popN(2)
	if err != nil {
		return err
	}
	c, ok := items[0].(class)
	args, isTuple := items[1].(*list)
	if !ok || !isTuple {
		return errors.New("a call of what is no class")
	}
	v, err := c.construct(args.items)
	if err != nil {
		return fmt.Errorf("%v: %w", c, err)
	}
	if d, ok := v.(*pairs); ok { // a copy of what may be in the pickle once
		if err := u.count(len(d.keys)); err != nil {
			return err
		}
	}
	return u.push(v)
}

// build would set attributes of an object. State dicts have one, _metadata, which nothing here needs.
func (u *unpickler) build() error {
	if _, err := u.pop(); err != nil {
		return err
	}
	_, err := top[*pairs](u)
	return err
}

func (u *unpickler) persistentID() error {
	id, err := u.pop()
	if err != nil {
		return err
	}
	t, ok := id.(*list)
	if !ok || u.persistent == nil {
		return errors.New("a persistent id where none is due")
	}
	v, err := u.persistent(t.items)
	return u.pushIf(v, err)
}

package kernels

import (
	"fmt"
	"os"
	"strings"
)

// ISA is an instruction set that kernels are written for.
type ISA uint8

// The instruction sets, a later one preferred where several are supported.
const (
	Generic ISA = iota // portable Go, the definition of every result
	NEON               // arm64, 128-bit vectors
	AVX2               // amd64, 256-bit vectors with FMA and F16C
	AVX512             // amd64, 512-bit vectors (F, BW, DQ, VL)
	AMX                // amd64, beside them tiles of bfloat16 numbers
	numISA
)

var isaNames = [numISA]string{"generic", "neon", "avx2", "avx512", "amx"}

// String returns the name that SEGTRAIN_ISA takes.
func (i ISA) String() string { return isaNames[i] }

// Supported lists the instruction sets this processor and build can run, Generic first, best last.
func Supported() []ISA {
	list := []ISA{Generic}
	for i := Generic + 1; i < numISA; i++ {
		if supported[i] {
			list = append(list, i)
		}
	}
	return list
}

// Active returns the instruction set kernels are chosen for: the best supported one, or the one that the environment
// variable SEGTRAIN_ISA or Limit names. A kernel without an implementation for it falls back to the next lower.
func Active() ISA { return active }

// EnvError reports a SEGTRAIN_ISA that names no instruction set or one this processor lacks.
// Kernels then run as if the variable were not set, so programs must check it before they compute.
func EnvError() error { return errEnv }

// Limit makes kernels use isa, or the next lower that a kernel has, until restore is called.
// It is for tests and benchmarks and must not be called while kernels run. It panics if isa is not supported.
func Limit(isa ISA) (restore func()) {
	if isa >= numISA || isa != Generic && !supported[isa] {
		panic(fmt.Sprintf("kernels: Limit(%d): not supported here; there are %v", isa, Supported()))
	}
	previous := active
	setActive(isa)
	return func() { setActive(previous) }
}

var (
	supported      = detect()
	active, errEnv = choose(os.Getenv("SEGTRAIN_ISA"))
	families       []chooser
)

// choose picks the instruction set that name asks for, the best supported one when it is empty.
func choose(name string) (ISA, error) {
	all := Supported()
	best := all[len(all)-1]
	if name == "" {
		return best, nil
	}
	var names []string
	for _, isa := range all {
		if isa.String() == name {
			return isa, nil
		}
		names = append(names, isa.String())
	}
	return best, fmt.Errorf("SEGTRAIN_ISA=%s: not available on this processor; there are: %s",
		name, strings.Join(names, ", "))
}

func setActive(isa ISA) {
	active = isa
	for _, f := range families {
		f.pick()
	}
}

// Chosen calls visit with the name of every kernel family and the instruction set it runs in.
func Chosen(visit func(name string, isa ISA)) {
	for _, f := range families {
		visit(f.chosen())
	}
}

// A chooser is a family of whatever type.
type chooser interface {
	pick()
	chosen() (name string, isa ISA)
}

// A family is one kernel's implementations, at most one per ISA. The generic one always exists.
// F is a function, or a struct where tuned sizes travel with the function they were measured on.
type family[F any] struct {
	fn   F // the implementation in use
	isa  ISA
	name string
	impl [numISA]F
	have [numISA]bool
}

func newFamily[F any](name string, generic F) *family[F] {
	f := &family[F]{name: name}
	families = append(families, f)
	f.register(Generic, generic)
	return f
}

func (f *family[F]) chosen() (string, ISA) { return f.name, f.isa }

// register adds the implementation for isa; files of an architecture call it from init.
func (f *family[F]) register(isa ISA, impl F) {
	f.impl[isa], f.have[isa] = impl, true
	f.pick()
}

// pick selects the best implementation not above the active ISA.
func (f *family[F]) pick() {
	for isa := int(active); isa >= 0; isa-- {
		if f.have[isa] && (isa == int(Generic) || supported[isa]) {
			f.fn, f.isa = f.impl[isa], ISA(isa)
			return
		}
	}
}

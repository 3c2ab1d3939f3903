package kernels

import (
	"fmt"
	"strings"
)

// A Precision is the arithmetic in which convolutions multiply, and how a training step stores what waits for its backward
// pass. Sums are float32 always, and each precision gives its own bits on every processor.
type Precision uint8

// The precisions, named as in a configuration.
const (
	Float32  Precision = iota // float32 operands
	Float16                   // float32 operands; what waits for the backward pass is stored in IEEE half: see Tape.Storage
	BFloat16                  // operands rounded to bfloat16: 8 bits of significand
	// BFloat16x3 takes each operand as the sum of two bfloat16 numbers and leaves out the product of the small parts: 16
	// bits of significand (Henry, Tang, Heinecke, "Leveraging the bfloat16 Artificial Intelligence Datatype for
	// Higher-Precision Computations", ARITH 2019).
	BFloat16x3
)

var precisionNames = []string{"fp32", "fp16", "bf16", "bf16x3"}

// String returns the name of a configuration.
func (p Precision) String() string { return precisionNames[p] }

// Precisions lists the names that ParsePrecision knows.
func Precisions() []string { return append([]string(nil), precisionNames...) }

// ParsePrecision returns the precision of that name.
func ParsePrecision(name string) (Precision, error) {
	for i, n := range precisionNames {
		if n == name {
			return Precision(i), nil
		}
	}
	return 0, fmt.Errorf("no precision %q; there are: %s", name, strings.Join(precisionNames, ", "))
}

// Rounds tells whether convolutions round their operands.
func (p Precision) Rounds() bool { return p == BFloat16 || p == BFloat16x3 }

// parts returns how many bfloat16 numbers stand for an operand.
func (p Precision) parts() int {
	if p == BFloat16x3 {
		return 2
	}
	return 1
}

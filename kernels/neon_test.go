package kernels

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	neonMacro    = regexp.MustCompile(`(?m)^#define (V\w+)\(([^)]*)\) +WORD \$(\(.*\)) +// (.*)$`)
	neonRegister = regexp.MustCompile(`\b[vqsx][mnd]\b`)
)

// TestNEONEncodings disassembles every macro of neon_arm64.h, with registers that set every bit of their
// numbers, and compares that with the comment beside it. It needs llvm-mc; what the instructions compute is
// tested with the kernels.
func TestNEONEncodings(t *testing.T) {
	header, err := os.ReadFile("neon_arm64.h")
	require.NoError(t, err)
	macros := neonMacro.FindAllStringSubmatch(string(header), -1)
	require.Len(t, macros, strings.Count(string(header), "#define"), "macros that the test can read")
	disassembler, err := exec.LookPath("llvm-mc")
	if err != nil {
		t.Skip("llvm-mc is not installed")
	}

	var code strings.Builder
	var want []string
	for _, macro := range macros {
		name, parameters, expression, text := macro[1], macro[2], macro[3], macro[4]
		for _, numbers := range []map[string]int{{"m": 1, "n": 2, "d": 4}, {"m": 30, "n": 29, "d": 27}} {
			word := neonWord(t, name, parameters, expression, numbers)
			fmt.Fprintf(&code, "%#x %#x %#x %#x\n", byte(word), byte(word>>8), byte(word>>16), byte(word>>24))
			want = append(want, neonRegister.ReplaceAllStringFunc(text, func(r string) string {
				return fmt.Sprintf("%c%d", r[0], numbers[r[1:]])
			}))
		}
	}
	cmd := exec.Command(disassembler, "-disassemble", "-triple=aarch64")
	cmd.Stdin = strings.NewReader(code.String())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	var got []string
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) > 0 && f[0] != ".text" {
			got = append(got, strings.Join(f, " "))
		}
	}
	assert.Equal(t, want, got)
}

// neonWord evaluates a macro's expression, which Go reads as the assembler does.
func neonWord(t *testing.T, name, parameters, expression string, numbers map[string]int) uint32 {
	t.Helper()
	for _, p := range strings.Split(parameters, ", ") {
		require.Contains(t, numbers, p, name)
		expression = strings.ReplaceAll(expression, "("+p+")", fmt.Sprintf("(%d)", numbers[p]))
	}
	value, err := types.Eval(token.NewFileSet(), nil, token.NoPos, expression)
	require.NoError(t, err, name)
	word, exact := constant.Uint64Val(value.Value)
	require.True(t, exact && word < 1<<32, "%s: %v", name, value.Value)
	return uint32(word)
}

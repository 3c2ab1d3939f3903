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
	amxMacro = regexp.MustCompile(`(?m)^(?:// (.*)\n)?#define (\w+)(?:\(([A-Z, ]*)\))? ((?:BYTE \$\S+(?:; )?)+)(?: // (.*))?$`)
	amxByte  = regexp.MustCompile(`BYTE \$([^;\s]+)`)
)

// TestAMXEncodings disassembles every macro of amx_amd64.h, with several tiles, and compares that with the comment beside it
// or above it. It needs llvm-mc.
func TestAMXEncodings(t *testing.T) {
	header, err := os.ReadFile("amx_amd64.h")
	require.NoError(t, err)
	macros := amxMacro.FindAllStringSubmatch(string(header), -1)
	require.Len(t, macros, strings.Count(string(header), "#define"), "macros that the test can read")
	disassembler, err := exec.LookPath("llvm-mc")
	if err != nil {
		t.Skip("llvm-mc is not installed")
	}
	var code strings.Builder
	var want []string
	for _, m := range macros {
		text := m[5]
		if text == "" {
			text, _, _ = strings.Cut(m[1], ":")
		}
		for _, tiles := range []map[string]int{{"T": 3, "D": 1, "A": 4, "B": 6}, {"T": 7, "D": 3, "A": 5, "B": 7}} {
			for _, b := range amxByte.FindAllStringSubmatch(m[4], -1) {
				fmt.Fprintf(&code, "%#x ", amxValue(t, b[1], tiles))
			}
			code.WriteString("\n")
			line := text
			for name, n := range tiles {
				line = strings.ReplaceAll(line, "%tmm"+name, fmt.Sprintf("%%tmm%d", n))
			}
			want = append(want, line)
		}
	}
	cmd := exec.Command(disassembler, "-disassemble", "-triple=x86_64", "-mattr=+amx-tile,+amx-bf16,+avx512bf16")
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

// amxValue evaluates the expression of a byte, which Go reads as the assembler does.
func amxValue(t *testing.T, expression string, tiles map[string]int) uint8 {
	t.Helper()
	for name, n := range tiles {
		expression = regexp.MustCompile(`\b`+name+`\b`).ReplaceAllString(expression, fmt.Sprint(n))
	}
	value, err := types.Eval(token.NewFileSet(), nil, token.NoPos, expression)
	require.NoError(t, err, expression)
	n, exact := constant.Uint64Val(value.Value)
	require.True(t, exact && n < 256, expression)
	return uint8(n)
}

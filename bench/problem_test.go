package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"tessera/autograd"
)

func ExampleParse() {
	p, err := Parse(`dwconv n8 c240 h32w32 k5 p2 "encoder._blocks.4._depthwise_conv"`)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Kind, p.N, "images of", p.C, "channels, stride", p.Stride)
	fmt.Println(p)
	// Output:
	// dwconv 8 images of 240 channels, stride 1
	// dwconv n8 c240 h32w32 k5 s1 p2 "encoder._blocks.4._depthwise_conv"
}

func TestParseAndString(t *testing.T) {
	for line, want := range map[string]Problem{
		`conv n8 c3 o32 h256w255 k3 s2 p0+1 leaf "a \"b\""`: {
			Kind: Conv, N: 8, H: 256, W: 255, C: 3, O: 32, K: 3, Stride: 2, After: 1, Groups: 1, Dilate: 1,
			Leaf: true, Name: `a "b"`},
		`conv n1 c8 o4 h9w9 k3 s1 p4 g4 d4`: {
			Kind: Conv, N: 1, H: 9, W: 9, C: 8, O: 4, K: 3, Stride: 1, Before: 4, After: 4, Groups: 4, Dilate: 4},
		`dwconv n2 c7 h5w6 k5 s1 p2`: {
			Kind: DWConv, N: 2, H: 5, W: 6, C: 7, O: 7, K: 5, Stride: 1, Before: 2, After: 2, Groups: 1, Dilate: 1},
		`upconv n8 c32 o16 h128w128 "up"`: {
			Kind: UpConv, N: 8, H: 128, W: 128, C: 32, O: 16, K: 1, Stride: 1, Groups: 1, Dilate: 1, Name: "up"},
		`norm n8 c96 h128w128 silu`: {
			Kind: Norm, N: 8, H: 128, W: 128, C: 96, O: 1, K: 1, Stride: 1, Groups: 1, Dilate: 1, Act: autograd.WithSiLU},
		`gemm m3 n5 k7`: {Kind: Gemm, N: 1, H: 3, W: 1, C: 7, O: 5, K: 1, Stride: 1, Groups: 1, Dilate: 1},
	} {
		got, err := Parse(line)
		require.NoError(t, err, line)
		assert.Equal(t, want, got, line)
		assert.Equal(t, line, got.String())
	}
}

func TestParseErrors(t *testing.T) {
	for line, want := range map[string]string{
		``:                                 `no problem`,
		`"name"`:                           `no problem`,
		`pool n1`:                          `no kind "pool"; there are: [conv dwconv upconv norm gemm]`,
		`conv n1 c1 o1 h4w4 k3 "a`:         `name "a: want it in quotes, at the end of the line`,
		`conv n1 c1 o1 h4w4 q3`:            `conv: "q3" is no word of its lines: n# c# o# h#w# k# s# p# p#+# g# d# leaf`,
		`norm n1 c1 h4w4 k3`:               `norm: "k3" is no word of its lines: n# c# h#w# relu silu`,
		`conv n1 c1 h4w4 k3`:               `conv: o# is missing`,
		`conv n1 n2 c1 h4w4 k3`:            `conv: "n2" comes after another of its sort`,
		`norm n1 c1 h4w4 silu relu`:        `norm: "relu" comes after another of its sort`,
		`norm n0 c1 h4w4`:                  `norm: "n0": want a number from 1 to 65536`,
		`gemm m1 n1 k99999999999999999999`: `gemm: "k99999999999999999999": want a number from 1 to 65536`,
		`conv n1 c4 o6 h4w4 k3 g4`:         `conv: 4 channels to 6 do not divide into 4 groups`,
		`norm n65536 c65536 h65536w65536`: `norm: an operand of [65536 65536 65536 65536] numbers, ` +
			`at most 2147483648 are possible`,
		`dwconv n1 c4 h4w4 k9`: `dwconv: window 9×9 (dilation 1×1) is larger than the padded image 4×4`,
	} {
		_, err := Parse(line)
		assert.EqualError(t, err, want, line)
	}
}

func TestRead(t *testing.T) {
	list, err := Read(strings.NewReader("# two\n\ngemm m1 n2 k3\r\n  gemm m4 n5 k6 \"b\"\n"), "x.txt")
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, `gemm m4 n5 k6 "b"`, list[1].String())
	for text, want := range map[string]string{
		"# one\ngemm m1\n":         `x.txt:2: gemm: n# is missing`,
		"#\n":                      `x.txt: no problem in it`,
		strings.Repeat("a", 1<<17): `x.txt: bufio.Scanner: token too long`,
	} {
		_, err := Read(strings.NewReader(text), "x.txt")
		assert.EqualError(t, err, want)
	}
}

func TestLoad(t *testing.T) {
	for _, name := range Names() {
		list, err := Load(name)
		require.NoError(t, err)
		for _, p := range list {
			again, err := Parse(p.String())
			require.NoError(t, err)
			assert.Equal(t, p, again)
		}
	}
	file := filepath.Join(t.TempDir(), "mine.txt")
	require.NoError(t, os.WriteFile(file, []byte("gemm m1 n1\n"), 0o666))
	_, err := Load(file)
	assert.EqualError(t, err, file+":1: gemm: k# is missing")
	_, err = Load("nothing")
	assert.EqualError(t, err, "no problems nothing; want a file, or one of: gemm, unet_efficientnet-b0_8x256x256")
	_, err = Load(t.TempDir())
	assert.ErrorContains(t, err, "reading problems: ")
}

func FuzzParse(f *testing.F) {
	f.Add(`conv n8 c3 o32 h256w255 k3 s2 p0+1 leaf "a"`)
	f.Add("norm n1 c1 h4w4 relu")
	f.Fuzz(func(t *testing.T, line string) {
		p, err := Parse(line)
		if err != nil {
			return
		}
		again, err := Parse(p.String())
		require.NoError(t, err)
		assert.Equal(t, p, again)
	})
}

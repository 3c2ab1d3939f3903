package checkpoint

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// torchFile is an archive of a pickle and storages of so many zero bytes.
func torchFile(t testing.TB, pickle string, storages ...int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := newZipWriter(&b)
	require.NoError(t, z.add("a/data.pkl", []byte(pickle)))
	for i, n := range storages {
		require.NoError(t, z.add(fmt.Sprintf("a/data/%d", i), make([]byte, n)))
	}
	require.NoError(t, z.zip.Close())
	return b.Bytes()
}

// tensorCall is the opcodes of a float32 tensor in storage 0, with each number as an opcode.
func tensorCall(elements, offset, shape, strides string) string {
	return "ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpu" + elements + "tQ" +
		offset + "(" + shape + "t(" + strides + "t\x89ccollections\nOrderedDict\n)RtR"
}

// A hostile pickle and what must be said about it.
type hostile struct{ name, pickle, want string }

func (h hostile) check(t *testing.T) {
	t.Run(h.name, func(t *testing.T) {
		_, _, err := read(torchFile(t, h.pickle, 8))
		assert.ErrorContains(t, err, h.want)
	})
}

const two = "K\x02" // the opcode of the number 2

func TestHostilePickles(t *testing.T) {
	for _, tt := range []hostile{
		{"empty", "", "pickle at byte 0: unexpected EOF"},
		{"no end", "\x80\x02}", "unexpected EOF"},
		{"no tensor", "\x80\x02}.", "there is no tensor in it"},
		{"protocol", "\x80\x01}.", "protocol 1; allowed: 2 to 5"},
		{"class", "\x80\x02cos\nsystem\n.", "class os.system is not allowed"},
		{"class by stack", "\x80\x04\x8c\x08builtins\x8c\x04eval\x93.", "class builtins.eval is not allowed"},
		{"class without end", "\x80\x02c" + strings.Repeat("x", 300), "a class without the end of its name"},
		{"class of numbers", "\x80\x02K\x01K\x02\x93.", "a class whose name is no text"},
		{"instance", "\x80\x02(ios\nsystem\n.", `opcode 'i' is of a protocol before PyTorch's`},
		{"new object", "\x80\x02ccollections\nOrderedDict\n)\x81.", "0x81 is no opcode that a state dict needs"},
		{"call of no class", "\x80\x02K\x01)R.", "a call of what is no class"},
		{"call of a storage", "\x80\x02ctorch\nFloatStorage\n)R.", "torch.FloatStorage: may be named, not called"},
		{"stack", "\x80\x02R.", "the stack is too short"},
		{"memo of nothing", "\x80\x02q\x00.", "the stack is too short"},
		{"below a mark", "\x80\x02K\x01(0.", "the stack is too short"},
		{"no mark", "\x80\x02t.", "no mark on the stack"},
		{"key alone", "\x80\x02}(K\x01u.", "a key without a value"},
		{"append to none", "\x80\x02NK\x01a.", "a container is due on the stack"},
		{"set items of a list", "\x80\x02]K\x01K\x01s.", "a container is due"},
		{"memo", "\x80\x02h\x07.", "memo 7 is empty"},
		{"memo far off", "\x80\x02Nr\xff\xff\xff\xff.", "memo 4294967295; allowed: below"},
		{"long text", "\x80\x02X\xff\xff\xff\xff.", "a text of 4294967295 bytes"},
		{"longer text", "\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "a text of 18446744073709551615 bytes"},
		{"values", "\x80\x02" + strings.Repeat("N", maxPushed+1), "more than 262144 values"},
		{"marks", "\x80\x02" + strings.Repeat("(", maxPushed+1), "more than 262144 values"},
		{"size", "\x80\x02" + strings.Repeat("X\x00\x00\x10\x00"+strings.Repeat("x", 1<<20), 9), "more than 8388608 b"},
		{"deep", "\x80\x02" + strings.Repeat("(", 99) + tensorCall(two, "K\x00", two, "K\x01") + strings.Repeat("t", 99) + ".",
			"nested more than 64 deep"},
		{"in itself", "\x80\x02]q\x00h\x00a.", "nested more than 64 deep"},
		{"doubling", "\x80\x02K\x01" + strings.Repeat("q\x00h\x00\x86", 40) + ".", "more than 1048576 values"},
		{"twice", "\x80\x02}(U\x01w" + tensorCall(two, "K\x00", two, "K\x01") + "U\x01w" +
			tensorCall(two, "K\x00", two, "K\x01") + "u.", `tensor "w" is there twice`},
	} {
		tt.check(t)
	}
}

func TestHostileTensors(t *testing.T) {
	dict := func(value string) string { return "\x80\x02}U\x01w" + value + "s." }
	_, _, err := read(torchFile(t, dict(tensorCall(two, "K\x00", two, "K\x01")), 8))
	require.NoError(t, err)
	for _, tt := range []hostile{
		{"beyond", dict(tensorCall(two, "K\x00", "K\x03", "K\x01")), "shape [3] with strides [1] at 0 reaches beyond"},
		{"offset", dict(tensorCall(two, "K\x01", two, "K\x01")), "at 1 reaches beyond the 2 elements"},
		{"negative offset", dict(tensorCall(two, "J\xff\xff\xff\xff", two, "K\x01")), "at -1 reaches beyond"},
		{"large offset", dict(tensorCall(two, "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", two, "K\x01")), "reaches beyond"},
		{"negative shape", dict(tensorCall(two, "K\x00", "J\xff\xff\xff\xff", "K\x01")), "-1 is not a whole number"},
		{"negative stride", dict(tensorCall(two, "K\x00", two, "J\xff\xff\xff\xff")), "strides: -1 is not a whole"},
		{"rank", dict(tensorCall(two, "K\x00", "K\x01K\x01", "K\x01")), "shape [1 1] with strides [1]"},
		{"ranks", dict(tensorCall(two, "K\x00", strings.Repeat("K\x01", 9), "K\x01")), "a tuple of at most 8 integers"},
		{"absurd", dict(tensorCall(two, "K\x00", strings.Repeat("J\xff\xff\xff\x7f", 8), strings.Repeat("K\x00", 8))),
			"is too large"},
		{"stretched", dict(tensorCall(two, "K\x00", strings.Repeat("J\x00\x00\x01\x00", 2), strings.Repeat("K\x00", 2))),
			"too large to be put in it (at most 32 MB)"},
		{"storage", dict(tensorCall("K\x03", "K\x00", two, "K\x01")), `storage "0" has 8 bytes, not 12`},
		{"negative storage", dict(tensorCall("J\xff\xff\xff\xff", "K\x00", two, "K\x01")), "a storage that has no"},
		{"no storage", dict("ctorch._utils\n_rebuild_tensor_v2\n(K\x01K\x01K\x01K\x01tR"), "its first argument is no storage"},
		{"few arguments", dict("ctorch._utils\n_rebuild_tensor_v2\n)R"), "0 arguments, wants at least 4"},
		{"other id", dict("U\x01xQ"), "a persistent id where none is due"},
		{"other kind of id", dict("(U\x01xttQ"), "no mark"},
	} {
		tt.check(t)
	}
}

// TestPrograms gives the archive of a TorchScript program, and one of something else.
func TestPrograms(t *testing.T) {
	for name, want := range map[string]string{
		"constants.pkl": "a TorchScript program, not weights; save them with torch.save(model.state_dict(), path)",
		"word/doc.xml":  "a zip archive without data.pkl: not made by torch.save",
	} {
		var b bytes.Buffer
		z := newZipWriter(&b)
		require.NoError(t, z.add("a/"+name, nil))
		require.NoError(t, z.zip.Close())
		_, _, err := read(b.Bytes())
		assert.ErrorContains(t, err, want)
	}
}

func TestHostileArchives(t *testing.T) {
	good := torchFile(t, "\x80\x02}.", 8)
	change := func(at int, b ...byte) []byte {
		f := bytes.Clone(good)
		copy(f[at:], b)
		return f
	}
	central := bytes.Index(good, []byte("PK\x01\x02"))
	second := central + 4 + bytes.Index(good[central+4:], []byte("PK\x01\x02"))
	end := bytes.Index(good, []byte("PK\x05\x06"))
	for _, tt := range []struct {
		name string
		file []byte
		want string
	}{
		{"compressed", change(central+10, 8), "compressed or encrypted, which torch.save does not do"},
		{"encrypted", change(central+8, 1), "compressed or encrypted"},
		{"two sizes", change(central+24, 99), "compressed or encrypted"},
		{"overlap", change(second+42, good[central+42:central+46]...), "overlap"},
		{"no header", change(second+42, 1), "there is no record at byte"},
		{"far away", change(second+42, 0xfe, 0xff, 0xff, 0xff), "there is no record at byte 4294967294"},
		{"long", change(second+20, 0xff, 0xff, 0, 0, 0xff, 0xff), "65535 bytes reach beyond the file"},
		{"many", change(end+10, 9), "no record is described at byte"},
		{"list", change(end+16, 0xff, 0xff), "listed at byte 65535 of"},
		{"64 bit", change(end+10, 0xff, 0xff), "the record of its 64-bit sizes is damaged"},
		{"name", change(second+28, 0xff, 0xff), "is cut off"},
		{"no end of a large file", torchFile(t, "\x80\x02}.", 1<<20)[:1<<19], "its end is missing: the file is truncated"},
		{"no end", good[:end], "its end is missing: the file is truncated"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := read(tt.file)
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestHostileLegacyFiles(t *testing.T) {
	head := legacyMagic + "\x80\x02M\xe9\x03." + "\x80\x02}."
	tree := "\x80\x02}U\x01w" + strings.Replace(tensorCall("K\x02", "K\x00", "K\x02", "K\x01"), "K\x02tQ", "K\x02NtQ", 1) + "s."
	keys := "\x80\x02]U\x010a."
	data := "\x02\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x80\x3f"
	entries, _, err := read([]byte(head + tree + keys + data))
	require.NoError(t, err)
	values, err := entries[0].Float32s()
	require.NoError(t, err)
	assert.Equal(t, []float32{0, 1}, values)
	for _, tt := range []struct{ name, file, want string }{
		{"version", legacyMagic + "\x80\x02K\x01." + "\x80\x02}." + tree + keys + data, "version 1 of the format"},
		{"truncated", head + tree + keys + data[:12], `truncated: storage "0" has 8 bytes, 4 are left`},
		{"other size", head + tree + keys + "\x03" + data[1:], `storage "0" has 3 elements, not 2`},
		{"more", head + tree + keys + data + "x", "1 bytes after the last storage"},
		{"missing", head + tree + "\x80\x02].", `storage "0" is missing`},
		{"twice", head + tree + "\x80\x02](U\x010U\x010e." + data + data, `storage "0" is not what a tensor looks at, or`},
		{"unknown", head + tree + "\x80\x02](U\x017e." + data, `storage "7" is not what`},
		{"no keys", head + tree + "\x80\x02N." + data, "the keys of the storages are missing"},
		{"no tree", head, "part 4 of 5: pickle at byte 25: unexpected EOF"},
		{"part of another", head + strings.Replace(tree, "NtQ", "K\x01tQ", 1) + keys + data, "before 0.4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := read([]byte(tt.file))
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

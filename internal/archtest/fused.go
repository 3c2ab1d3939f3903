package archtest

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Fused builds the module in root for arm64, where Go fuses x*y + z, and returns the lines where it did: their bits would
// depend on the processor. A conversion of the product, float64(x*y) + z, keeps them apart. Packages that only tests import
// may do as they like: they are compared with a tolerance. There is no list of exceptions; a product that is exact costs
// nothing to convert.
func Fused(root string) ([]Violation, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-gcflags=-S", "./...")
	build.Dir, build.Env = root, append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0", "GOFLAGS=")
	listing, err := build.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := build.Start(); err != nil {
		return nil, err
	}
	found, said, err := fusedIn(listing, root)
	if e := build.Wait(); e != nil {
		return nil, fmt.Errorf("go build for arm64: %w\n%s", e, said)
	}
	return found, err
}

// fusion is a line of a listing with an instruction that multiplies and adds, and the place in the source that it is for.
var fusion = regexp.MustCompile(`\((\S+\.go):(\d+)\)\t(FN?M(?:ADD|SUB)[SD])\t`)

// fusedIn finds fused operations of the module in root in a listing of the compiler, each line of the source once, in order. said
// is the end of what in it is no listing, such as errors.
func fusedIn(listing io.Reader, root string) (found []Violation, said string, err error) {
	lines := bufio.NewScanner(listing)
	lines.Buffer(nil, 1<<20)
	seen, listed := map[Violation]bool{}, false
	for lines.Scan() {
		line := lines.Bytes()
		if !bytes.HasPrefix(line, []byte("\t")) {
			said = tail(said+lines.Text()+"\n", 2000)
			continue
		}
		listed = true
		m := fusion.FindSubmatch(line)
		if m == nil {
			continue
		}
		path, inside := strings.CutPrefix(string(m[1]), root+string(filepath.Separator))
		dir := filepath.ToSlash(filepath.Dir(path))
		if !inside || slices.Contains(references, dir) {
			continue
		}
		number, _ := strconv.Atoi(string(m[2]))
		v := Violation{filepath.ToSlash(path), number, fmt.Sprintf("fused on arm64 (%s): round the product by a conversion, as in "+
			"float32(x*y) + z; an inlined function may have made it, and its result can be converted as well", m[3])}
		if !seen[v] {
			seen[v] = true
			found = append(found, v)
		}
	}
	slices.SortFunc(found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.What, b.What))
	})
	if err = lines.Err(); err == nil && !listed {
		err = errors.New("the compiler listed no instructions")
	}
	return found, said, err
}

// references are the packages that compute what results are compared with.
var references = []string{"internal/ref", "internal/gradcheck", "internal/kerneltest"}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

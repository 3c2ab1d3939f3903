package bench

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tessera/autograd"
)

// required and optional list the words of each kind's lines, # being a number.
var (
	kinds    = []Kind{Conv, DWConv, UpConv, Norm, Gemm}
	required = map[Kind]string{
		Conv: "n# c# o# h#w# k#", DWConv: "n# c# h#w# k#", UpConv: "n# c# o# h#w#", Norm: "n# c# h#w#",
		Gemm: "m# n# k#",
	}
	optional = map[Kind]string{
		Conv: "s# p# p#+# g# d# leaf", DWConv: "s# p# p#+# d# leaf", Norm: "relu silu",
	}
	number = regexp.MustCompile(`[0-9]+`)
)

// Parse reads a problem:
//
//	conv   n8 c112 o256 h16w16 k3 s1 p1 g1 d1 "name"   images, channels, channels of the output,
//	                                                   size of the input, window, stride, padding, groups, dilation
//	dwconv n8 c240 h32w32 k5 s1 p2 d1 "name"
//	upconv n8 c320 o256 h8w8 "name"                    h and w before the enlargement
//	norm   n8 c96 h128w128 silu "name"                 followed by relu, silu or nothing
//	gemm   m1024 n1024 k1024 "name"
//
// Padding p1+2 is one pixel at the top and left and two at the bottom and right. s, g and d are 1 and p is 0 if they
// are missing; so may be the name. The word leaf says that no gradient of the input is wanted.
func Parse(line string) (Problem, error) {
	p := Problem{N: 1, H: 1, W: 1, C: 1, O: 1, K: 1, Stride: 1, Groups: 1, Dilate: 1}
	text := strings.TrimSpace(line)
	if at := strings.IndexByte(text, '"'); at >= 0 {
		var err error
		if p.Name, err = strconv.Unquote(text[at:]); err != nil {
			return p, fmt.Errorf("name %s: want it in quotes, at the end of the line", text[at:])
		}
		text = text[:at]
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		return p, errors.New("no problem")
	}
	p.Kind = Kind(words[0])
	if !slices.Contains(kinds, p.Kind) {
		return p, fmt.Errorf("no kind %q; there are: %v", words[0], kinds)
	}
	if err := p.setAll(words[1:]); err != nil {
		return p, fmt.Errorf("%s: %w", p.Kind, err)
	}
	return p, nil
}

// setAll sets the fields of a problem of a known kind from the words of its line.
func (p *Problem) setAll(words []string) error {
	must, may := strings.Fields(required[p.Kind]), strings.Fields(optional[p.Kind])
	seen := map[string]bool{}
	for _, word := range words {
		field := number.ReplaceAllString(word, "#")
		if !slices.Contains(must, field) && !slices.Contains(may, field) {
			return fmt.Errorf("%q is no word of its lines: %s", word, strings.Join(append(must, may...), " "))
		}
		if seen[slot(field)] {
			return fmt.Errorf("%q comes after another of its sort", word)
		}
		seen[slot(field)] = true
		if err := p.set(field, number.FindAllString(word, -1)); err != nil {
			return fmt.Errorf("%q: %w", word, err)
		}
	}
	for _, field := range must {
		if !seen[field] {
			return fmt.Errorf("%s is missing", field)
		}
	}
	if p.Kind == DWConv {
		p.O = p.C
	}
	return p.check()
}

// slot names what a word sets, of which a line may have one.
func slot(field string) string {
	switch field {
	case "p#+#":
		return "p#"
	case "relu", "silu":
		return "activation"
	}
	return field
}

// set sets what a word says. Padding alone may be zero; no number may be so large that sizes overflow.
func (p *Problem) set(field string, digits []string) error {
	var v [2]int
	for i, text := range digits {
		n, err := strconv.Atoi(text)
		if least := 1 - strings.Count(field[:1], "p"); err != nil || n < least || n > 1<<16 {
			return fmt.Errorf("want a number from %d to %d", least, 1<<16)
		}
		v[i] = n
	}
	if p.Kind == Gemm {
		*map[string]*int{"m#": &p.H, "n#": &p.O, "k#": &p.C}[field] = v[0]
		return nil
	}
	switch field {
	case "h#w#":
		p.H, p.W = v[0], v[1]
	case "p#":
		p.Before, p.After = v[0], v[0]
	case "p#+#":
		p.Before, p.After = v[0], v[1]
	case "relu":
		p.Act = autograd.WithReLU
	case "silu":
		p.Act = autograd.WithSiLU
	case "leaf":
		p.Leaf = true
	default:
		*map[string]*int{"n#": &p.N, "c#": &p.C, "o#": &p.O, "k#": &p.K,
			"s#": &p.Stride, "g#": &p.Groups, "d#": &p.Dilate}[field] = v[0]
	}
	return nil
}

// Read reads a file of problems, one a line; empty lines and those that begin with # say nothing. An error names
// the file as path and the line.
func Read(r io.Reader, path string) ([]Problem, error) {
	var list []Problem
	lines := bufio.NewScanner(r)
	for i := 1; lines.Scan(); i++ {
		if text := strings.TrimSpace(lines.Text()); text == "" || text[0] == '#' {
			continue
		}
		p, err := Parse(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, i, err)
		}
		list = append(list, p)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: no problem in it", path)
	}
	return list, nil
}

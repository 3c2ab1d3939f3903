package config

import (
	"errors"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A node is a YAML value with its place: a scalar, a list or a mapping. Comments, styles and quotes are
// gone.
type node struct {
	kind   nodeKind
	at     place
	scalar any // nil, bool, int, uint64, float64 or string
	items  []*node
	pairs  []pair
}

type nodeKind uint8

const (
	scalarNode nodeKind = iota
	listNode
	mappingNode
	refusedNode // reported already
)

type pair struct {
	key   string
	at    place
	value *node
}

func (n *node) isNull() bool { return n.kind == scalarNode && n.scalar == nil }

const (
	maxDepth  = 200 // open brackets or dashes in a line; the parser's time grows with the square of them
	maxLevels = 50  // keys below keys
)

// parseYAML returns the only document in b, nil for an empty one, as the value of key.
func parseYAML(name, key string, b []byte) (*node, Mistakes) {
	r := reader{file: name}
	if len(b) > maxBytes || depth(b) > maxDepth {
		return nil, Mistakes{{File: name, What: "too long or nested too deeply for a configuration"}}
	}
	file, err := parser.ParseBytes(b, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, Mistakes{r.syntax(err)}
	}
	var root *node
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if root != nil {
			r.refuse(doc.Body, key, "a second document; allowed: one")
			break
		}
		root = r.read(doc.Body, key)
	}
	return root, r.mistakes
}

// depth returns how deep b may be nested at most, without knowing what is quoted.
func depth(b []byte) int {
	open, dashes, most := 0, 0, 0
	for i, c := range b {
		switch c {
		case '\n':
			dashes = 0
		case ' ', '\t':
			if i > 0 && (b[i-1] == '-' || b[i-1] == '?') {
				dashes++
				most = max(most, dashes)
			}
		case '[', '{':
			open++
			most = max(most, open)
		case ']', '}':
			open = max(0, open-1)
		}
	}
	return most
}

// A reader turns the parser's tree into nodes.
type reader struct {
	file     string
	mistakes Mistakes
}

func (r *reader) syntax(err error) Mistake {
	var syntax *yaml.SyntaxError
	if !errors.As(err, &syntax) {
		return Mistake{File: r.file, What: "not YAML: " + err.Error()}
	}
	m := Mistake{File: r.file, What: "not YAML: " + syntax.Message}
	if syntax.Token != nil && syntax.Token.Position != nil {
		m.Line, m.Col = syntax.Token.Position.Line, syntax.Token.Position.Column
	}
	return m
}

func (r *reader) refuse(n ast.Node, key, what string) {
	r.mistakes = append(r.mistakes, r.place(n).mistake(key, "%s", what))
}

func (r *reader) place(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return r.place(m.Values[0].Key) // the node's own token is the colon
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return place{file: r.file}
	}
	return place{r.file, t.Position.Line, t.Position.Column}
}

func (r *reader) read(n ast.Node, key string) *node {
	if n == nil {
		return &node{at: place{file: r.file}}
	}
	out := &node{at: r.place(n)}
	refuse := func(what string) { out.kind = refusedNode; r.refuse(n, key, what) }
	if strings.Count(key, ".") > maxLevels {
		refuse("is nested too deeply")
		return out
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		r.pairs(out, n.Values, key)
	case *ast.MappingValueNode:
		out.at = r.place(n.Key)
		r.pairs(out, []*ast.MappingValueNode{n}, key)
	case *ast.SequenceNode:
		out.kind = listNode
		for i, v := range n.Values {
			out.items = append(out.items, r.read(v, below(key, strconv.Itoa(i))))
		}
	case *ast.LiteralNode:
		out.scalar = n.Value.Value
	case *ast.StringNode, *ast.NullNode, *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode,
		*ast.InfinityNode, *ast.NanNode:
		out.scalar = scalarOf(n)
	case *ast.AnchorNode, *ast.AliasNode:
		refuse("anchors and aliases are not allowed; write the value out")
	case *ast.TagNode:
		refuse("tags are not allowed; the key gives the type")
	default:
		refuse("is no plain YAML value")
	}
	return out
}

func (r *reader) pairs(out *node, values []*ast.MappingValueNode, key string) {
	out.kind = mappingNode
	seen := map[string]place{}
	for _, v := range values {
		var name ast.Node = v.Key
		if k, ok := name.(*ast.MappingKeyNode); ok {
			name = k.Value
		}
		scalar, ok := name.(ast.ScalarNode)
		if !ok || name.Type() == ast.MergeKeyType || name.Type() == ast.LiteralType {
			r.refuse(v.Key, key, "has a key that is no plain word")
			continue
		}
		at, text := r.place(name), keyText(scalar)
		if first, twice := seen[text]; twice {
			m := at.mistake(below(key, text), "is written twice, first in line %d", first.line)
			r.mistakes = append(r.mistakes, m)
			continue
		}
		seen[text] = at
		out.pairs = append(out.pairs, pair{text, at, r.read(v.Value, below(key, text))})
	}
}

// below returns the dotted name of a key in a section; "" is the whole file.
func below(section, key string) string {
	if section == "" {
		return key
	}
	return section + "." + key
}

func keyText(n ast.ScalarNode) string {
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value
	}
	return strings.TrimSpace(n.GetToken().Value)
}

func scalarOf(n ast.Node) any {
	t := n.GetToken()
	if s, ok := n.(*ast.StringNode); ok {
		if t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType {
			return s.Value
		}
		return resolve(s.Value)
	}
	if t.Type == token.ImplicitNullType {
		return nil
	}
	return resolve(strings.TrimSpace(t.Value))
}

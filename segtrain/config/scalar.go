package config

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	intText   = regexp.MustCompile(`^[-+]?[0-9]+$`)
	floatText = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	plainText = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./-]*$`)
)

// resolve gives a plain scalar its type by the core schema of YAML 1.2 (section 10.3.2): 1e-3 is a number,
// yes is a string. The parser's own idea of it differs in both.
func resolve(s string) any {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return nil
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
		return false
	case ".nan", ".NaN", ".NAN":
		return math.NaN()
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF":
		return math.Inf(1)
	case "-.inf", "-.Inf", "-.INF":
		return math.Inf(-1)
	}
	if intText.MatchString(s) {
		return integer(strings.TrimPrefix(s, "+"), 10, s)
	}
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		return integer(digits, 16, s)
	}
	if digits, ok := strings.CutPrefix(s, "0o"); ok {
		return integer(digits, 8, s)
	}
	if floatText.MatchString(s) {
		f, _ := strconv.ParseFloat(s, 64) // out of range gives ±Inf, which no key takes
		return f
	}
	return s
}

// integer returns an int if it fits, else a uint64, else a float64; s itself if the digits are none.
func integer(digits string, base int, s string) any {
	if v, err := strconv.ParseInt(digits, base, strconv.IntSize); err == nil {
		return int(v)
	}
	if v, err := strconv.ParseUint(digits, base, 64); err == nil {
		return v
	}
	if base == 10 {
		f, _ := strconv.ParseFloat(digits, 64)
		return f
	}
	return s
}

// quote writes a string so that resolve, or the quotes, give it back.
func quote(s string) string {
	if _, plain := resolve(s).(string); plain && plainText.MatchString(s) && !oldBool[strings.ToLower(s)] {
		return s
	}
	var b strings.Builder
	e := json.NewEncoder(&b) // a JSON string is a double-quoted YAML one
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // strings always encode
	return strings.TrimSuffix(b.String(), "\n")
}

// oldBool lists what YAML 1.1 took for booleans; quoted, they are strings to every reader.
var oldBool = map[string]bool{"y": true, "n": true, "yes": true, "no": true, "on": true, "off": true}

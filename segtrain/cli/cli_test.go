package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/color"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	_ "tessera/internal/smallnet"
	"tessera/segtrain/metric"
	"tessera/segtrain/raster"
	"tessera/segtrain/synth"
	"tessera/segtrain/workflow"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"segtrain": func() { os.Exit(Run(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// small is a configuration whose run takes a moment; its encoder is that of internal/smallnet.
const small = `
data: {synth: {count: 20}, size: [32, 32]}
model: {arch: {unet: {encoder_depth: 3}}, encoder: small, decoder_channels: [8, 8, 8]}
train: {epochs: 2, batch: 4}
`

// TestSessions replays what users type; see testdata.
func TestSessions(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			return os.WriteFile(filepath.Join(e.WorkDir, "small.yaml"), []byte(small), 0o666)
		},
		Condition: func(name string) (bool, error) { return name == "root" && os.Getuid() == 0, nil },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"draw": draw, "mask": mask, "cut": cut, "exits": exits, "waitfor": waitFor,
			"glob": glob, "sameiou": sameIoU, "shift": shift,
		},
	})
}

// draw DIR N: draws N pictures of 32×32 with their masks, as DIR/images and DIR/masks.
func draw(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(synth.Write(ts.MkAbs(args[0]), n, 32, 32, 1, nil))
}

// mask FILE H W VALUE: writes a mask of one value.
func mask(ts *testscript.TestScript, _ bool, args []string) {
	var n [3]int
	for i := range n {
		var err error
		n[i], err = strconv.Atoi(args[1+i])
		ts.Check(err)
	}
	m := raster.NewMask(n[0], n[1])
	for i := range m.Pix {
		m.Pix[i] = uint8(n[2])
	}
	ts.Check(raster.WriteMask(ts.MkAbs(args[0]), m, []color.RGBA(nil)))
}

// cut FILE: cuts off the second half of a file.
func cut(ts *testscript.TestScript, _ bool, args []string) {
	file := ts.MkAbs(args[0])
	info, err := os.Stat(file)
	ts.Check(err)
	ts.Check(os.Truncate(file, info.Size()/2))
}

// shift DIR: gives each file of a folder the content of the next, and the last that of the first.
func shift(ts *testscript.TestScript, _ bool, args []string) {
	files, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*"))
	ts.Check(err)
	first := []byte(ts.ReadFile(files[0]))
	for i, file := range files {
		content := first
		if i+1 < len(files) {
			content = []byte(ts.ReadFile(files[i+1]))
		}
		ts.Check(os.WriteFile(file, content, 0o666))
	}
}

// exits CODE PROGRAM ARGS: runs a program and wants this exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// waitfor FILE REGEXP: waits until a file holds what the expression matches.
func waitFor(ts *testscript.TestScript, _ bool, args []string) {
	want := regexp.MustCompile(args[1])
	for range 3000 {
		if text, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && want.Match(text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	ts.Fatalf("%s does not hold %s after 30 s", args[0], args[1])
}

// glob PATTERN: wants a file of such a name.
func glob(ts *testscript.TestScript, _ bool, args []string) {
	if found, err := filepath.Glob(ts.MkAbs(args[0])); err != nil || len(found) == 0 {
		ts.Fatalf("no %s", args[0])
	}
}

// sameiou FILE FILE: wants two results to have the same mean IoU and confusion.
func sameIoU(ts *testscript.TestScript, _ bool, args []string) {
	var reports [2]metric.Report
	for i := range reports {
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[i])), &reports[i]))
	}
	if !reflect.DeepEqual(reports[0], reports[1]) {
		ts.Fatalf("%s and %s differ:\n%v\n%v", args[0], args[1], reports[0], reports[1])
	}
}

// A loss that is not finite is null in JSON, not an error.
func TestJSONOfWhatIsNotANumber(t *testing.T) {
	var out bytes.Buffer
	a := &app{stdout: &out}
	require.NoError(t, a.printJSON(&workflow.Evaluation{Loss: math.NaN(), Weights: "w"}))
	var got map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &got))
	assert.Contains(t, got, "loss")
	assert.Nil(t, got["loss"])
	assert.Equal(t, "w", got["weights"])
}

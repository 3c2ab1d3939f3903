// Peers runs the same work in this engine and in PyTorch and ONNX Runtime, in turn, and prints medians and ratios.
//
//	make peers                                # makes the virtual environment and runs everything
//	go run ./bench/peers -python venv/bin/python -rounds 5 -only train
//
// Every contestant is a process of its own: it warms up, times a number of iterations and prints a line of JSON. The
// contestants of a work take turns, A B C A B C, so that a slow minute of the machine hits all alike. Memory is the
// peak of the process, as the system counts it.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A work is something that contestants do; the first of them is ours.
type work struct {
	name, title string
	whole       bool // time whole processes, which get the files of prepareStart
	contestants []contestant
}

// A contestant is a command that does the work and reports.
type contestant struct {
	name string
	args []string // after the program: this one with -worker, or Python with a script
	py   bool
}

// works lists what is compared. The shapes are written once, here: batch, height, width.
func works() []work {
	ours := func(kind, shape string) contestant {
		return contestant{"tessera", []string{"-worker", kind, shape}, false}
	}
	torch := func(name, mode, kind, shape string) contestant {
		return contestant{name, []string{"torch_worker.py", kind, shape, mode}, true}
	}
	ort := func(shape string) contestant {
		return contestant{"onnxruntime", []string{"ort_worker.py", shape}, true}
	}
	return []work{
		{"train", "training step, Unet(efficientnet-b0, classes=11), 8×256×256, float32", false, []contestant{
			ours("train", "8,256,256"),
			torch("torch eager, channels_last", "channels_last", "train", "8,256,256"),
			torch("torch eager, NCHW", "nchw", "train", "8,256,256"),
			torch("torch.compile", "compile", "train", "8,256,256"),
		}},
		{"infer8", "inference, 8×256×256, float32", false, []contestant{
			ours("infer", "8,256,256"), ort("8,256,256"),
			torch("torch eager, channels_last", "channels_last", "infer", "8,256,256"),
			torch("torch.compile", "compile", "infer", "8,256,256"),
		}},
		{"infer1", "inference, one picture of 512×512, float32", false, []contestant{
			ours("infer", "1,512,512"), ort("1,512,512"),
			torch("torch eager, channels_last", "channels_last", "infer", "1,512,512"),
			torch("torch.compile", "compile", "infer", "1,512,512"),
		}},
		{"start", "from start to the first mask of a picture of 512×512, whole process", true, []contestant{
			{"tessera", []string{"-worker", "start"}, false},
			{"torch", []string{"start_torch.py"}, true},
		}},
	}
}

// A result is what a contestant prints: seconds of each timed iteration, and the pictures of one.
type result struct {
	Seconds []float64 `json:"seconds"`
	Images  int       `json:"images"`
	Note    string    `json:"note"`
	peak    int64     // bytes
}

func main() {
	log.SetFlags(0)
	python := flag.String("python", "python3", "Python of the environment with requirements.txt")
	rounds := flag.Int("rounds", 5, "how often each contestant runs")
	threads := flag.Int("threads", runtime.NumCPU(), "threads of every contestant")
	only := flag.String("only", "", "names of works, joined by commas; empty means all: train, infer8, infer1, start")
	worker := flag.Bool("worker", false, "be our contestant: train|infer batch,height,width, or start weights picture mask")
	flag.Parse()
	if *worker && flag.Arg(0) == "start" {
		if err := firstMask(flag.Arg(1), flag.Arg(2), flag.Arg(3)); err != nil {
			log.Fatal(err)
		}
		return
	}
	if *worker {
		if err := contest(flag.Arg(0), flag.Arg(1), *threads); err != nil {
			log.Fatal(err)
		}
		return
	}
	for _, w := range works() {
		if *only == "" || slices.Contains(strings.Split(*only, ","), w.name) {
			if err := race(w, *python, *rounds, *threads); err != nil {
				log.Fatal(err)
			}
		}
	}
}

// race runs the contestants of a work in turn and prints a table.
func race(w work, python string, rounds, threads int) error {
	if w.whole {
		dir, err := os.MkdirTemp("", "peers")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		files, err := prepareStart(dir)
		if err != nil {
			return err
		}
		for i := range w.contestants {
			w.contestants[i].args = append(w.contestants[i].args, files...)
		}
	}
	results := make([][]result, len(w.contestants))
	for range rounds {
		for i, c := range w.contestants {
			if results[i] == nil && len(results[0]) > 1 {
				continue // it failed in the first round
			}
			r, err := c.run(python, threads, w.whole)
			if err != nil {
				log.Printf("%s: %v", c.name, err)
				continue
			}
			results[i] = append(results[i], r)
		}
	}
	fmt.Printf("\n### %s\n\n| | img/s | ms | ours against it | peak MB | memory, ours against it |\n|---|---|---|---|---|---|\n", w.title)
	ours := summarize(results[0])
	for i, c := range w.contestants {
		if len(results[i]) == 0 {
			fmt.Printf("| %s | did not run | | | | |\n", c.name)
			continue
		}
		s := summarize(results[i])
		fmt.Printf("| %s | %.2f | %.1f | %.2f× | %.0f | %.2f× |\n", c.name, float64(s.images)/s.seconds, s.seconds*1e3,
			s.seconds/ours.seconds, s.peak/(1<<20), ours.peak/s.peak)
	}
	return nil
}

type summary struct {
	seconds, peak float64
	images        int
}

// summarize takes the median over rounds of the median over iterations, and the median peak.
func summarize(rounds []result) summary {
	var seconds, peaks []float64
	for _, r := range rounds {
		seconds, peaks = append(seconds, median(r.Seconds)), append(peaks, float64(r.peak))
	}
	return summary{median(seconds), median(peaks), rounds[0].Images}
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

// run starts a contestant and reads its report.
func (c contestant) run(python string, threads int, whole bool) (r result, err error) {
	program, args := os.Args[0], append([]string{"-threads", strconv.Itoa(threads)}, c.args...)
	if c.py {
		program, args = python, append([]string{filepath.Join("bench", "peers", c.args[0])}, c.args[1:]...)
	}
	cmd := exec.Command(program, args...)
	n := strconv.Itoa(threads)
	// The peers get what makes them fastest: memory that glibc keeps instead of giving back after every tensor.
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS="+n, "MKL_NUM_THREADS="+n, "GOMAXPROCS="+n,
		"MALLOC_MMAP_THRESHOLD_=1073741824", "MALLOC_TRIM_THRESHOLD_=17179869184", "MALLOC_TOP_PAD_=268435456")
	var out, errors bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errors
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return r, fmt.Errorf("%w: %s", err, lastLine(errors.String()))
	}
	if whole {
		return result{Seconds: []float64{time.Since(start).Seconds()}, Images: 1, peak: peakOf(cmd.ProcessState)}, nil
	}
	if err := json.Unmarshal([]byte(lastLine(out.String())), &r); err != nil {
		return r, fmt.Errorf("reading its report: %w", err)
	}
	r.peak = peakOf(cmd.ProcessState)
	return r, nil
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

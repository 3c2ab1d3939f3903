// Peers runs the same work in this engine, in PyTorch, in ONNX Runtime and in other Go libraries, in turn, and prints
// medians and ratios.
//
//	make peers                                # makes the virtual environment and runs everything
//	go run ./bench/peers -python venv/bin/python -rounds 5 -only train
//	go run ./bench/peers -python venv/bin/python -only gemm,conv,dwweight
//
// Every contestant is a process of its own: it warms up, times a number of iterations and prints a line of JSON. The
// contestants of a work take turns, A B C A B C, so that a slow minute of the machine hits all alike. Memory is the
// peak of the process, as the system counts it. Who works on the operands of operands.go reports a checksum too: a
// result that differs from ours is no result.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A result is what a contestant prints: seconds of each timed iteration, the pictures of one, and the checksum of what
// it computes, where the work has one.
type result struct {
	Seconds  []float64  `json:"seconds"`
	Images   int        `json:"images"`
	Note     string     `json:"note"`
	Checksum float64    `json:"checksum"`
	Rows     []timedRow `json:"rows,omitempty"` // of a table, instead of the above
	peak     int64      // bytes
}

func main() {
	log.SetFlags(0)
	python := flag.String("python", "python3", "Python of the environment with requirements.txt")
	rounds := flag.Int("rounds", 5, "how often each contestant runs")
	threads := flag.Int("threads", runtime.NumCPU(), "threads of every contestant")
	only := flag.String("only", "", "names of works, joined by commas; empty means all: "+names())
	worker := flag.Bool("worker", false, "be our contestant: a kind of work and its sizes, or start weights picture mask")
	flag.Parse()
	var err error
	switch {
	case *worker && flag.Arg(0) == "start":
		err = firstMask(flag.Arg(1), flag.Arg(2), flag.Arg(3))
	case *worker:
		err = contest(flag.Arg(0), flag.Arg(1), flag.Arg(2), *threads)
	default:
		err = races(*only, *python, *rounds, *threads)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// races runs the works with these names, or all.
func races(only, python string, rounds, threads int) error {
	chosen, err := choose(only)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	commands := map[program][]string{ourselves: {os.Args[0], "-threads", strconv.Itoa(threads)}, inPython: {python}}
	if slices.ContainsFunc(chosen, work.inGo) {
		if commands[inGo], err = buildGopeers(dir); err != nil {
			log.Print(err) // the others run
		}
	}
	for _, w := range chosen {
		if err := race(w, dir, commands, rounds, threads); err != nil {
			return err
		}
	}
	return nil
}

// buildGopeers compiles the contestants of other Go libraries, a module of its own.
func buildGopeers(dir string) ([]string, error) {
	program := filepath.Join(dir, "gopeers")
	cmd := exec.Command("go", "build", "-o", program, ".")
	cmd.Dir, cmd.Env = filepath.Join("bench", "peers", "gopeers"), append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building bench/peers/gopeers: %w: %s", err, lastLine(string(out)))
	}
	return []string{program}, nil
}

// race runs the contestants of a work in turn and prints a table.
func race(w work, dir string, commands map[program][]string, rounds, threads int) error {
	if w.whole {
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
			r, err := c.run(commands[c.program], threads, w.whole)
			if err == nil && len(results[0]) > 0 {
				err = sameWork(r.Checksum, results[0][0].Checksum)
			}
			if err != nil {
				log.Printf("%s: %v", c.name, err)
				continue
			}
			results[i] = append(results[i], r)
		}
	}
	if len(results[0]) == 0 {
		return fmt.Errorf("%s: our contestant did not run", w.name)
	}
	if w.table {
		w.printRows(results)
		return nil
	}
	w.print(results)
	return nil
}

// sameWork returns an error if a checksum differs from ours by more than a thousandth.
func sameWork(sum, ours float64) error {
	if !(math.Abs(sum-ours) <= 1e-3*math.Abs(ours)) {
		return fmt.Errorf("it computed something else: its checksum is %v, ours %v", sum, ours)
	}
	return nil
}

// print writes the table of a work: pictures a second, or operations where those are counted.
func (w work) print(results [][]result) {
	unit := "img/s"
	if w.flops > 0 {
		unit = "GFLOP/s"
	}
	fmt.Printf("\n### %s\n\n| | %s | ms | ours against it | peak MB | memory, ours against it |\n|---|---|---|---|---|---|\n", w.title, unit)
	ours := summarize(results[0])
	for i, c := range w.contestants {
		if len(results[i]) == 0 {
			fmt.Printf("| %s | did not run | | | | |\n", c.name)
			continue
		}
		s := summarize(results[i])
		amount := float64(s.images)
		if w.flops > 0 {
			amount = float64(w.flops) / 1e9
		}
		fmt.Printf("| %s | %.2f | %.1f | %.2f× | %.0f | %.2f× |\n", c.name, amount/s.seconds, s.seconds*1e3,
			s.seconds/ours.seconds, s.peak/(1<<20), ours.peak/s.peak)
	}
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

// run starts a contestant by a command and reads its report.
func (c contestant) run(command []string, threads int, whole bool) (r result, err error) {
	if len(command) == 0 {
		return r, errors.New("there is no program for it")
	}
	args := slices.Concat(command[1:], c.args)
	cmd := exec.Command(command[0], args...)
	n := strconv.Itoa(threads)
	// The peers get what makes them fastest: memory that glibc keeps instead of giving back after every tensor.
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS="+n, "MKL_NUM_THREADS="+n, "GOMAXPROCS="+n,
		"MALLOC_MMAP_THRESHOLD_=1073741824", "MALLOC_TRIM_THRESHOLD_=17179869184", "MALLOC_TOP_PAD_=268435456")
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return r, fmt.Errorf("%w: %s", err, lastLine(messages.String()))
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

// Gopeers is what other Go libraries do in the races of bench/peers: it does one work and prints a line of JSON.
//
//	gopeers gonum|gomlx|gomlx-patches gemm|conv SIZES
//
// SIZES are m,k,n of a product [m,k]·[k,n], or batch,height,width,channels of a 3×3 convolution that keeps size and
// channels; GOMAXPROCS is the number of threads. It is a module of its own, so that what these libraries need is no need
// of the engine.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// A report is what every contestant prints.
type report struct {
	Seconds  []float64 `json:"seconds"`
	Images   int       `json:"images"`
	Note     string    `json:"note"`
	Checksum float64   `json:"checksum"`
}

// A job is a work, prepared: once does it, sum is the checksum of what it has computed.
type job struct {
	once func() error
	sum  func() float64
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 4 {
		log.Fatal("usage: gopeers gonum|gomlx|gomlx-patches gemm|conv SIZES")
	}
	sizes, err := parseSizes(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	r, err := contest(os.Args[1], os.Args[2], sizes)
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		log.Fatal(err)
	}
}

// parseSizes reads "1024,1024,1024".
func parseSizes(s string) (sizes []int, err error) {
	for word := range strings.SplitSeq(s, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("sizes %q: want numbers from 1 on, joined by commas", s)
		}
		sizes = append(sizes, n)
	}
	return sizes, nil
}

// contest prepares the work of a library, measures it and sums what it computed.
func contest(library, kind string, sizes []int) (report, error) {
	if want := map[string]int{"gemm": 3, "conv": 4}[kind]; len(sizes) != want || want == 0 {
		return report{}, fmt.Errorf("work %s with sizes %v; there are: gemm m,k,n and conv batch,height,width,channels", kind, sizes)
	}
	threads := runtime.GOMAXPROCS(0)
	var j job
	var err error
	switch library {
	case "gonum":
		j = gonum(kind, sizes, threads)
	case "gomlx", "gomlx-patches":
		j, err = gomlx(kind, sizes, threads, library == "gomlx-patches")
	default:
		err = fmt.Errorf("no library %q; there are: gonum, gomlx, gomlx-patches", library)
	}
	if err != nil {
		return report{}, err
	}
	r := report{Images: 1, Note: library}
	if r.Seconds, err = measure(j.once); err != nil {
		return report{}, err
	}
	r.Checksum = j.sum()
	return r, nil
}

// measure warms up and times iterations for about ten seconds, five at least.
func measure(once func() error) (seconds []float64, err error) {
	for range 2 {
		if err := once(); err != nil {
			return nil, err
		}
	}
	for begin := time.Now(); len(seconds) < 5 || time.Since(begin) < 10*time.Second; {
		start := time.Now()
		if err := once(); err != nil {
			return nil, err
		}
		seconds = append(seconds, time.Since(start).Seconds())
	}
	return seconds, nil
}

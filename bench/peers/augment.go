package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"tessera/kernels"
	"tessera/segtrain/augment"
	"tessera/segtrain/raster"
)

// augmentRows is the table of transforms, which both contestants read: a name with its settings, or a chain. Settings
// are those of both sides; what is left out is the default of this project, which augment_worker.py is told.
//
//go:embed augment.json
var augmentRows []byte

// A transformRow is a row of the table. Where there is a chain, its result is normalised for a network.
type transformRow struct {
	Name     string                      `json:"name"`
	Settings map[string]any              `json:"settings,omitempty"`
	Chain    []map[string]map[string]any `json:"chain,omitempty"`
}

// title names a row by what is in it.
func (r transformRow) title() string {
	if len(r.Settings) == 0 {
		return r.Name
	}
	settings, _ := json.Marshal(r.Settings)
	return fmt.Sprintf("%s %s", r.Name, settings)
}

// A timedRow is what a contestant reports of a row: seconds of each iteration.
type timedRow struct {
	Name    string    `json:"name"`
	Seconds []float64 `json:"seconds"`
}

const augmentSide = 512

// augmentation is our contestant: every row of the table, on one picture of 512×512×3, each time with another draw.
func augmentation() (r result, err error) {
	var rows []transformRow
	if err := json.Unmarshal(augmentRows, &rows); err != nil {
		return r, fmt.Errorf("augment.json: %w", err)
	}
	im := raster.NewImage(augmentSide, augmentSide, 3)
	for i := range im.Pix8 {
		y, x, c := i/3/augmentSide, i/3%augmentSide, i%3
		im.Pix8[i] = uint8(15 + (2*x+y*(c+1))%90 + (x/9+y/7+c)%3*60 + int((noise(1, i)+1)*12))
	}
	for _, row := range rows {
		once, err := row.prepare(im)
		if err != nil {
			return r, fmt.Errorf("%s: %w", row.title(), err)
		}
		r.Rows = append(r.Rows, timedRow{row.title(), repeat(once)})
	}
	return r, nil
}

// repeat times iterations for about a third of a second, ten at least.
func repeat(once func(i int)) (seconds []float64) {
	for i := range 3 {
		once(i)
	}
	for begin := time.Now(); len(seconds) < 10 || time.Since(begin) < 300*time.Millisecond; {
		start := time.Now()
		once(len(seconds))
		seconds = append(seconds, time.Since(start).Seconds())
	}
	return seconds
}

// prepare returns what draws and applies a row, on bytes, as the peer does.
func (r transformRow) prepare(im *raster.Image) (func(i int), error) {
	if r.Chain != nil {
		return r.prepareChain(im)
	}
	t, err := build(r.Name, r.Settings)
	if err != nil {
		return nil, err
	}
	out := raster.NewImage(im.H, im.W, im.C)
	return func(i int) {
		augment.BytesInto(out, augment.DrawAlways(t, augment.NewRand(uint64(i)), nil, im.H, im.W), im)
	}, nil
}

func (r transformRow) prepareChain(im *raster.Image) (func(i int), error) {
	var chain augment.Compose
	for _, entry := range r.Chain {
		for name, settings := range entry {
			t, err := build(name, settings)
			if err != nil {
				return nil, err
			}
			chain = append(chain, t)
		}
	}
	bytes, out := new(raster.Image), make([]float32, len(im.Pix8))
	mean, std := [3]float32{0.485, 0.456, 0.406}, [3]float32{0.229, 0.224, 0.225}
	var scale, add [3]float32
	for c := range 3 {
		scale[c], add[c] = 1/std[c], -mean[c]/std[c]
	}
	return func(i int) {
		rest, done := augment.Lead(chain.Draw(augment.NewRand(uint64(i)), im.H, im.W), im, bytes)
		if !augment.IsIdentity(rest) {
			panic("a step of the chain is not done in bytes")
		}
		for from, to := done.Pix8, out; len(from) > 0; {
			n := min(3<<13, len(from))
			kernels.BytesToFloats3(scale, add, from[:n], to)
			from, to = from[n:], to[n:]
		}
	}, nil
}

func build(name string, settings map[string]any) (augment.Transform, error) {
	text, err := json.Marshal(settings)
	if err != nil {
		return nil, err
	}
	if len(settings) == 0 {
		return augment.New(name, nil)
	}
	return augment.New(name, func(to any) error { return yaml.UnmarshalWithOptions(text, to, yaml.Strict()) })
}

// printRows writes a table with a line for each row: the medians of both, and how many times as fast we are.
func (w work) printRows(results [][]result) {
	fmt.Printf("\n### %s\n\n| | tessera, ms |", w.title)
	for _, c := range w.contestants[1:] {
		fmt.Printf(" %s, ms | ours against it |", c.name)
	}
	fmt.Printf("\n|---|---|%s\n", strings.Repeat("---|---|", len(w.contestants)-1))
	faster, all := 0, 0
	for i, row := range results[0][0].Rows {
		ours := rowMedian(results[0], i)
		fmt.Printf("| %s | %.3f |", row.Name, ours*1e3)
		for _, peer := range results[1:] {
			if len(peer) == 0 || len(peer[0].Rows) <= i || len(peer[0].Rows[i].Seconds) == 0 {
				fmt.Print(" did not run | |")
				continue
			}
			theirs := rowMedian(peer, i)
			fmt.Printf(" %.3f | %.2f× |", theirs*1e3, theirs/ours)
			all++
			if theirs >= ours {
				faster++
			}
		}
		fmt.Println()
	}
	fmt.Printf("\nAt least as fast in %d of %d.\n", faster, all)
}

// rowMedian is the median over rounds of the median over iterations.
func rowMedian(rounds []result, row int) float64 {
	var seconds []float64
	for _, r := range rounds {
		seconds = append(seconds, median(r.Rows[row].Seconds))
	}
	return median(seconds)
}

package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
)

// heads are the parts of the list that are looked at.
var heads = []float64{0.1, 0.15, 0.2, 0.3}

// measure prints how many of the spoilt masks are in the first parts of an audit's list, ordered by a column, by kind.
func measure(truth, list, by string) error {
	spoilt, err := column(truth, "id", "kind")
	if err != nil {
		return err
	}
	ranked, err := ordered(list, by)
	if err != nil {
		return err
	}
	place := map[string]int{}
	for i, row := range ranked {
		place[row[0]] = i
	}
	kinds := []string{"all"}
	for _, row := range spoilt {
		if !slices.Contains(kinds, row[1]) {
			kinds = append(kinds, row[1])
		}
	}
	fmt.Printf("%-8s %6s", "kind", "masks")
	for _, h := range heads {
		fmt.Printf("  top %2.0f %%", 100*h)
	}
	fmt.Println("  median rank")
	for _, kind := range kinds {
		var places []int
		for _, row := range spoilt {
			at, ok := place[row[0]]
			if !ok {
				return fmt.Errorf("%s does not list %q", list, row[0])
			}
			if kind == "all" || row[1] == kind {
				places = append(places, at)
			}
		}
		slices.Sort(places)
		fmt.Printf("%-8s %6d", kind, len(places))
		for _, h := range heads {
			n, _ := slices.BinarySearch(places, int(math.Round(h*float64(len(ranked)))))
			fmt.Printf("  %6.0f %%", 100*float64(n)/float64(len(places)))
		}
		fmt.Printf("  %d of %d\n", places[len(places)/2]+1, len(ranked))
	}
	return nil
}

// ordered returns IDs and a column of a table of numbers, the lowest first, or after a minus the highest.
func ordered(file, by string) ([][2]string, error) {
	name, turned := strings.CutPrefix(by, "-")
	rows, err := column(file, "id", name)
	if err != nil {
		return nil, err
	}
	values := map[string]float64{}
	for _, row := range rows {
		v, err := strconv.ParseFloat(row[1], 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %s of %s is %q, no number", file, name, row[0], row[1])
		}
		if turned {
			v = -v
		}
		values[row[0]] = v
	}
	slices.SortStableFunc(rows, func(a, b [2]string) int { return cmp.Compare(values[a[0]], values[b[0]]) })
	return rows, nil
}

// column returns two columns of a table.
func column(file, a, b string) ([][2]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) < 2 {
		return nil, fmt.Errorf("%s is no table with rows: %v", file, err)
	}
	i, j := slices.Index(rows[0], a), slices.Index(rows[0], b)
	if i < 0 || j < 0 {
		return nil, fmt.Errorf("%s has no columns %s and %s", file, a, b)
	}
	var list [][2]string
	for _, row := range rows[1:] {
		list = append(list, [2]string{row[i], row[j]})
	}
	return list, nil
}

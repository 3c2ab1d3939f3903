package post_test

import (
	"context"
	"fmt"
	"log"

	"tessera/segtrain/post"
	"tessera/segtrain/raster"
)

// A dot of another class is removed, and goes to the class around it.
func Example() {
	p := raster.NewFloat(5, 5, 2)
	for i := range 25 {
		p.Pix[2*i], p.Pix[2*i+1] = 0.8, 0.2
	}
	p.Pix[2*12], p.Pix[2*12+1] = 0.3, 0.7

	step, err := post.New("remove_small_objects", func(into any) error {
		into.(*post.RemoveSmallObjects).MinSize = post.Values{4}
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	of := post.Of{Classes: []string{"sky", "bird"}}
	for _, steps := range [][]post.Step{nil, {step}} {
		chain, err := post.NewChain(of, steps)
		if err != nil {
			log.Fatal(err)
		}
		classes, _, err := chain.Apply(p, nil)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(classes.Pix[10:15])
	}
	// Output:
	// [0 0 1 0 0]
	// [0 0 0 0 0]
}

// A model that finds too little of a class is corrected by a weight, which is fitted on three folds of four and judged on the
// fourth, four times.
func ExampleFit() {
	source := func(use func(post.Sample) error) error {
		for i := range 8 {
			s := post.Sample{Fold: i % 4, Probabilities: raster.NewFloat(4, 4, 2), Truth: make([]uint8, 16)}
			for k := range s.Truth {
				s.Probabilities.Pix[2*k], s.Probabilities.Pix[2*k+1] = 0.9, 0.1
				if k%4 > i%3 {
					s.Truth[k] = 1
					s.Probabilities.Pix[2*k], s.Probabilities.Pix[2*k+1] = 0.6, 0.4
				}
			}
			if err := use(s); err != nil {
				return err
			}
		}
		return nil
	}
	r, err := post.Fit(context.Background(), post.FitOptions{
		Of: post.Of{Classes: []string{"sky", "bird"}}, Ignore: -1, Steps: []string{"weights"},
	}, source)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("plain %.3f, nested %.3f\n", r.Plain, r.Nested)
	for _, s := range r.Steps {
		fmt.Println(post.Text(s))
	}
	// Output:
	// plain 0.234, nested 1.000
	// {weights: {classes: [sky], weight: [0.595]}}
}

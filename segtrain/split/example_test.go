package split_test

import (
	"fmt"
	"os"

	"tessera/segtrain/split"
)

// Six images of three videos, in three folds that part no video.
func Example() {
	var records []split.Record
	for _, id := range []string{"day/1", "day/2", "night/1", "rain/1", "rain/2", "rain/3"} {
		records = append(records, split.Record{ID: id, Group: id[:len(id)-2]})
	}
	s, err := split.Make(records, split.Options{Kind: split.Group, K: 3, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := s.Encode(os.Stdout); err != nil {
		fmt.Println(err)
	}
	fmt.Println("leaks:", s.Leaks())
	// Output:
	// id,group,fold
	// day/1,day,1
	// day/2,day,1
	// night/1,night,2
	// rain/1,rain,0
	// rain/2,rain,0
	// rain/3,rain,0
	// leaks: []
}

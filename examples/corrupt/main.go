// Corrupt spoils some of a folder's masks on purpose and keeps the list, so that an audit of labels can be measured: what part
// of the spoilt masks is at the head of its list.
//
//	go run ./examples/corrupt --masks examples/camvid/trainannot --ignore 11 --out spoilt
//	go run ./examples/corrupt --truth spoilt/corrupted.csv --list runs/cv/audit/audit.csv
//
// The first command writes spoilt/masks, all masks of which a share is spoilt, and spoilt/corrupted.csv, which of them and how.
// The second reads the list of an audit, the most suspicious image first, and prints the part found for each kind. Everything
// depends on the seed and the names of the files only.
package main

import (
	"flag"
	"log"
	"strings"
)

func main() {
	log.SetFlags(0)
	var o options
	var truth, list, by, kinds string
	flag.StringVar(&o.masks, "masks", "", "folder of masks, class indices in PNG")
	flag.StringVar(&o.out, "out", "", "folder to write")
	flag.IntVar(&o.ignore, "ignore", -1, "class index that does not count")
	flag.Float64Var(&o.share, "share", 0.1, "share of the masks to spoil")
	flag.Uint64Var(&o.seed, "seed", 1, "another seed spoils others")
	flag.StringVar(&kinds, "kinds", "swap,classes,shift,erase", "kinds of damage, in equal parts; also nudge, patch")
	flag.StringVar(&truth, "truth", "", "corrupted.csv of an earlier call: measure --list by it")
	flag.StringVar(&list, "list", "", "audit.csv of segtrain audit")
	flag.StringVar(&by, "by", "rank", "column of --list to order it by, the lowest first; after a minus, the highest")
	flag.Parse()
	o.kinds = strings.Split(kinds, ",")
	err := error(nil)
	if truth != "" {
		err = measure(truth, list, by)
	} else {
		err = o.spoil()
	}
	if err != nil {
		log.Fatalf("corrupt: %v", err)
	}
}

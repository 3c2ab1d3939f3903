package survey

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"slices"

	"tessera/segtrain/data"
)

// Shared returns the pictures of b that look like one of a, each with the one that it is most like: what is tested on should not
// have been trained on. Masks are not looked at, and pictures that cannot be read are passed over. Leak.A is of a. The
// error is that of ctx.
func Shared(ctx context.Context, a, b data.Manifest, progress func(done, total int)) ([]Leak, error) {
	s := &Survey{opt: Options{Parts: []Part{{"training", a}, {"test", b}}, Channels: 3, Progress: progress}}
	if err := s.lookAtImages(ctx); err != nil {
		return nil, err
	}
	s.compare()
	best := map[int]Leak{} // by the place in b
	for _, l := range s.Leaks {
		if now, ok := best[l.B.Index]; !ok || l.Exact && !now.Exact || l.Exact == now.Exact && l.Distance < now.Distance {
			best[l.B.Index] = l
		}
	}
	var list []Leak
	for i := range b {
		if l, ok := best[i]; ok {
			list = append(list, l)
		}
	}
	return list, nil
}

// Parted returns the pairs of pictures that look the same although they lie apart, by their places in the list. Masks are not
// looked at, and pictures that cannot be read are passed over. The error is that of ctx.
func Parted(ctx context.Context, m data.Manifest, apart func(i, j int) bool, progress func(done, total int)) ([]Leak, error) {
	s := &Survey{opt: Options{Parts: []Part{{"images", m}}, Channels: 3, Progress: progress}}
	if err := s.lookAtImages(ctx); err != nil {
		return nil, err
	}
	firsts, same := s.distinct()
	s.eachPair(firsts, same, s.near(firsts), func(p, q int) {
		if p, q = min(p, q), max(p, q); apart(p, q) {
			s.Leaks = append(s.Leaks, newLeak("folds", &s.looks[p], &s.looks[q]))
		}
	})
	slices.SortFunc(s.Leaks, func(a, b Leak) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.A.Index, b.A.Index), cmp.Compare(a.B.Index, b.B.Index))
	})
	return s.Leaks, nil
}

// lookAtImages opens the images of all parts, without their masks.
func (s *Survey) lookAtImages(ctx context.Context) error {
	for p, part := range s.opt.Parts {
		for i, r := range part.Records {
			image := data.Record{ID: r.ID, Image: r.Image, Fold: data.NoFold}
			s.looks = append(s.looks, look{part: p, index: i, record: image})
		}
	}
	s.lookAtAll(ctx)
	return ctx.Err()
}

// SameFiles returns pairs of a record of a and one of b whose picture files have the same bytes, in the order of b. Only files
// of one size are read, so it takes a moment. The error names a file that cannot be read.
func SameFiles(a, b data.Manifest) ([][2]data.Record, error) {
	bySize := map[int64][]int{}
	for i, r := range a {
		if info, err := os.Stat(r.Image); err == nil { // one that is gone is not shared
			bySize[info.Size()] = append(bySize[info.Size()], i)
		}
	}
	sums := map[int][]byte{} // of records of a
	var list [][2]data.Record
	for _, r := range b {
		info, err := os.Stat(r.Image)
		if err != nil {
			return nil, fmt.Errorf("input: %w", err)
		}
		candidates := bySize[info.Size()]
		if len(candidates) == 0 {
			continue
		}
		sum, err := fileSum(r.Image)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(candidates, func(i int) bool {
			if sums[i] == nil {
				sums[i], _ = fileSum(a[i].Image) // which was there a moment ago; without a sum it is like none
			}
			return bytes.Equal(sums[i], sum)
		})
		if i >= 0 {
			list = append(list, [2]data.Record{a[candidates[i]], r})
		}
	}
	return list, nil
}

func fileSum(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("input: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, fmt.Errorf("input %s: %w", file, err)
	}
	return h.Sum(nil), nil
}

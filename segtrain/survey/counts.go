package survey

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"tessera/segtrain/raster"
)

// Channel is what the samples of a channel are like, in 0..1.
type Channel struct {
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"` // of the population
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
}

// channels returns the channels of the first part's images: every pixel counts the same. Images with another number of
// channels than the first one are left out.
func channels(looks []look) []Channel {
	type total struct{ n, sum, squares, low, high float64 }
	var totals []total
	for i := range looks {
		l := &looks[i]
		if !l.read || l.part != 0 {
			continue
		}
		if totals == nil {
			totals = make([]total, len(l.moments))
			for k := range totals {
				totals[k].low = math.Inf(1)
			}
		}
		if len(l.moments) != len(totals) {
			continue
		}
		for k, m := range l.moments {
			t, top := &totals[k], float64(m.top)
			t.n += float64(m.n)
			t.sum += float64(m.sum) / top
			t.squares += float64(m.squares) / (top * top)
			t.low, t.high = min(t.low, float64(m.low)/top), max(t.high, float64(m.high)/top)
		}
	}
	list := make([]Channel, len(totals))
	for k, t := range totals {
		mean := t.sum / t.n
		variance := t.squares/t.n - float64(mean*mean)
		list[k] = Channel{Mean: mean, Std: math.Sqrt(max(0, variance)), Min: t.low, Max: t.high}
	}
	return list
}

func (s *Survey) countParts() {
	groups := make([]map[string]bool, len(s.opt.Parts))
	for p, part := range s.opt.Parts {
		s.Parts = append(s.Parts, PartCount{Name: part.Name, Images: len(part.Records)})
		groups[p] = map[string]bool{}
	}
	for i := range s.looks {
		l := &s.looks[i]
		p := &s.Parts[l.part]
		if l.record.Labelled() {
			p.Labelled++
		}
		if len(l.findings) > 0 {
			p.Failed++
		}
		if l.record.Group != "" {
			groups[l.part][l.record.Group] = true
		}
	}
	for p := range s.Parts {
		s.Parts[p].Groups = len(groups[p])
	}
}

func (s *Survey) countSizes() {
	counts := map[SizeCount]int{}
	for _, l := range s.looks {
		if l.read {
			counts[SizeCount{Height: l.h, Width: l.w, Channels: l.c, Bits: l.bits}]++
		}
	}
	for size, n := range counts {
		size.Images = n
		s.Sizes = append(s.Sizes, size)
	}
	slices.SortFunc(s.Sizes, func(a, b SizeCount) int {
		return cmp.Or(b.Images-a.Images, a.Height-b.Height, a.Width-b.Width, a.Channels-b.Channels, a.Bits-b.Bits)
	})
}

func (s *Survey) countClasses() {
	n := len(s.opt.Classes)
	counts := make([]ClassCount, n+1)
	s.Together = make([][]int, n)
	for k := range counts {
		counts[k].ByPart = make([]int, len(s.opt.Parts))
		if k < n {
			counts[k].Name, s.Together[k] = s.opt.Classes[k], make([]int, n)
		}
	}
	total := int64(0)
	for i := range s.looks {
		l := &s.looks[i]
		if !l.labelled {
			continue
		}
		if l.empty() {
			s.Empty++
		}
		total += int64(l.h) * int64(l.w) // of which overlapping classes have more than all
		for k, pixels := range l.pixels {
			if counts[k].Pixels += pixels; pixels == 0 {
				continue
			}
			counts[k].Images++
			counts[k].ByPart[l.part]++
			for j := range min(k+1, n) {
				if k < n && l.pixels[j] > 0 {
					s.Together[k][j]++
					s.Together[j][k] = s.Together[k][j]
				}
			}
		}
	}
	for k := range counts {
		if total > 0 {
			counts[k].Share = float64(counts[k].Pixels) / float64(total)
		}
	}
	s.Classes, s.Ignored = counts[:n], counts[n]
	s.Ignored.Name = "ignored"
}

// empty tells whether a mask shows the first class alone, beside what is ignored.
func (l *look) empty() bool {
	return !slices.ContainsFunc(l.pixels[1:len(l.pixels)-1], func(n int64) bool { return n > 0 })
}

func (s *Survey) countValues() {
	type key struct {
		value int
		color string
	}
	counts := map[key]ValueCount{}
	for _, l := range s.looks {
		for _, v := range l.values {
			k := key{value: v.Value}
			if s.opt.Code.Coding == raster.PaletteCode {
				k.value = -1 // also in a file of greys alone
			}
			if k.value < 0 {
				k.color = fmt.Sprintf("#%02x%02x%02x", v.Color.R, v.Color.G, v.Color.B)
			}
			c := counts[k]
			c.Value, c.Color = k.value, k.color
			c.Pixels += int64(v.Pixels)
			c.Images++
			counts[k] = c
		}
	}
	s.Values = slices.SortedFunc(maps.Values(counts), func(a, b ValueCount) int {
		return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.Color, b.Color))
	})
	const most = 1 << 10 // a photograph taken for a mask has a value for each pixel
	s.Values = s.Values[:min(len(s.Values), most)]
}

func (s *Survey) countLabels() {
	counts := map[string][]int{}
	for i := range s.looks {
		l := &s.looks[i]
		if l.record.Label == "" {
			continue
		}
		if counts[l.record.Label] == nil {
			counts[l.record.Label] = make([]int, len(s.opt.Parts))
		}
		counts[l.record.Label][l.part]++
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		c := LabelCount{Name: name, ByPart: counts[name]}
		for _, n := range c.ByPart {
			c.Images += n
		}
		s.Labels = append(s.Labels, c)
	}
}

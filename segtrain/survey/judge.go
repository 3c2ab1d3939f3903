package survey

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tessera/segtrain/data"
	"tessera/segtrain/raster"
)

// judge turns what was seen into findings.
func (s *Survey) judge() {
	for i := range s.looks {
		s.Findings = append(s.Findings, s.looks[i].findings...)
	}
	s.judgeClasses()
	s.judgeChannels()
	s.judgeGroups()
	s.judgeAlike()
}

func (s *Survey) warn(kind string, count int, format string, args ...any) {
	s.Findings = append(s.Findings, data.Finding{Kind: kind, What: fmt.Sprintf(format, args...), Count: count, Warning: true})
}

// judgeClasses reports classes that a part does not show.
func (s *Survey) judgeClasses() {
	for p, part := range s.Parts {
		if part.Labelled == 0 {
			continue
		}
		var missing []string
		for _, c := range s.Classes {
			if c.ByPart[p] == 0 {
				missing = append(missing, c.Name)
			}
		}
		if n := len(missing); n > 0 {
			s.warn("class without pixels", n, "%s: no pixel of %s", part.Name, strings.Join(missing, ", "))
		}
	}
}

func number(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// judgeChannels reports images that differ from the rest in kind, and those that the network cannot see.
func (s *Survey) judgeChannels() {
	kinds, others := map[[2]int]int{}, map[int]int{}
	for _, size := range s.Sizes {
		kinds[[2]int{size.Channels, size.Bits}] += size.Images
		if c := size.Channels; c != s.opt.Channels && !raster.Convertible(c, s.opt.Channels) {
			others[c] += size.Images
		}
	}
	for _, c := range slices.Sorted(maps.Keys(others)) {
		s.Findings = append(s.Findings, data.Finding{Kind: "channels", Count: others[c], What: fmt.Sprintf(
			"%s of %d channels, but data.channels is %d; set it, with as many values in data.mean and data.std",
			number(others[c], "image", "images"), c, s.opt.Channels)})
	}
	if len(kinds) > 1 {
		s.warn("mixed images", len(kinds), "images of %d kinds of channels and bits: see their sizes", len(kinds))
	}
}

// judgeGroups reports groups that are parted.
func (s *Survey) judgeGroups() {
	first := map[string]int{}
	reported := map[string]bool{}
	var shared []string
	for _, l := range s.looks {
		g := l.record.Group
		p, seen := first[g]
		switch {
		case g == "" || reported[g]:
		case !seen:
			first[g] = l.part
		case p != l.part:
			reported[g] = true
			shared = append(shared, g)
		}
	}
	if n := len(shared); n > 0 {
		s.warn("leak", n, "%s in more than one part: %s", number(n, "group lies", "groups lie"), strings.Join(shared[:min(n, 5)], ", "))
	}
}

// judgeAlike reports images that are alike: labelled differently, or on both sides of a split.
func (s *Survey) judgeAlike() {
	counts, turned := map[string]int{}, map[string]int{}
	var kinds []string
	for _, l := range s.Leaks {
		if l.Turned {
			turned[l.Between]++
		}
		if counts[l.Between]++; counts[l.Between] == 1 {
			kinds = append(kinds, l.Between)
		}
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		i := slices.IndexFunc(s.Leaks, func(l Leak) bool { return l.Between == kind })
		s.warn("leak", counts[kind], "%s of images look the same across %s%s, first %s and %s",
			number(counts[kind], "pair", "pairs"), kind, mirrored(turned[kind]), s.Leaks[i].A.ID, s.Leaks[i].B.ID)
	}
	masks := map[[32]byte]*look{}
	for i := range s.looks {
		l := &s.looks[i]
		if !l.labelled {
			continue
		}
		if other, ok := masks[l.digest]; ok && other.maskHash != l.maskHash {
			s.warn("labels differ", 2, "%s and %s have the same pixels and different masks", other.record.ID, l.record.ID)
		} else if !ok {
			masks[l.digest] = l
		}
	}
}

// mirrored says how many pairs look the same only when one is mirrored or turned; "" if none do.
func mirrored(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d of them mirrored or turned)", n)
}

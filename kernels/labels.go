package kernels

import "fmt"

// Labels say of which class each row is. Where Mixed is not nil, row i is Share[i] of class Class[i] and the rest of
// class Mixed[i].
type Labels struct {
	Class, Mixed []uint8
	Share        []float32 // from 0 to 1; of labels that do not exclude each other one a row or one a label
}

// Rows returns the labels of rows from begin to end, which have one class each.
func (l Labels) Rows(begin, end int) Labels {
	l.Class = l.Class[begin:end]
	if l.Mixed != nil {
		l.Mixed, l.Share = l.Mixed[begin:end], l.Share[begin:end]
	}
	return l
}

// Ignored reports whether row i does not count, because one of its classes is ignore.
func (l Labels) Ignored(i, ignore int) bool {
	return int(l.Class[i]) == ignore || l.Mixed != nil && int(l.Mixed[i]) == ignore
}

// OneHot computes y[r·c+j], the share of class j in row r, or -1 for all of a row that is ignored. It panics if a class
// is neither ignore nor below c.
func (l Labels) OneHot(c, ignore int, y []float32) {
	y = y[:len(l.Class)*c]
	clear(y)
	for i, class := range l.Class {
		row := y[i*c:][:c]
		if l.Ignored(i, ignore) {
			elemFillGeneric(-1, row)
			continue
		}
		if int(class) >= c || l.Mixed != nil && int(l.Mixed[i]) >= c {
			panic(fmt.Sprintf("kernels: target %d; there are classes 0 to %d, and %d to ignore", l.Class[i], c-1, ignore))
		}
		if l.Mixed == nil {
			row[class] = 1
			continue
		}
		row[class] = l.Share[i]
		row[l.Mixed[i]] += 1 - l.Share[i]
	}
}

// Flags computes y, what OneHot is for classes that do not exclude each other: there are c labels in a row, 0 or 1, and
// each is ignored on its own, and may have a share of its own. It panics if one is neither 0 nor 1 nor ignore.
func (l Labels) Flags(c, ignore int, y []float32) {
	y = y[:len(l.Class)]
	per := c // labels with one share
	if len(l.Share) == len(l.Class) {
		per = 1
	}
	for i, v := range l.Class {
		if l.Ignored(i, ignore) {
			y[i] = -1
			continue
		}
		if v > 1 || l.Mixed != nil && l.Mixed[i] > 1 {
			panic(fmt.Sprintf("kernels: target %d; without classes there are 0 and 1, and %d to ignore", v, ignore))
		}
		y[i] = float32(v)
		if l.Mixed != nil {
			share := l.Share[i/per]
			y[i] = float32(share*float32(v)) + float32((1-share)*float32(l.Mixed[i]))
		}
	}
}

// parts returns how many classes a row has.
func (l Labels) parts() int {
	if l.Mixed == nil {
		return 1
	}
	return 2
}

// part returns class k of row i and its share.
func (l Labels) part(i, k int) (class uint8, share float32) {
	switch {
	case l.Mixed == nil:
		return l.Class[i], 1
	case k == 0:
		return l.Class[i], l.Share[i]
	}
	return l.Mixed[i], 1 - l.Share[i]
}

package data

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSampleIsNestedAndDoesNotDependOnOrder(t *testing.T) {
	var m Manifest
	for i := range 40 {
		m = append(m, Record{ID: fmt.Sprint(i)})
	}
	back := slices.Clone(m)
	slices.Reverse(back)
	ids := func(m Manifest) (list []string) {
		for _, r := range m {
			list = append(list, r.ID)
		}
		return list
	}
	var before []string
	for n := 1; n < 40; n += 3 {
		got := ids(Sample(m, n, 7))
		assert.Len(t, got, n)
		assert.Subset(t, got, before, "fewer are part of more")
		assert.ElementsMatch(t, got, ids(Sample(back, n, 7)), "whatever the order")
		before = got
	}
	assert.NotEqual(t, ids(Sample(m, 10, 7)), ids(Sample(m, 10, 8)))
	assert.Equal(t, m, Sample(m, 99, 7))
	assert.Empty(t, Sample(m, 0, 7))
}

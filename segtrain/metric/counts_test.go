package metric

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFromCounts(t *testing.T) {
	want := worked()
	got, err := FromCounts(want.Report(nil).Confusion)
	require.NoError(t, err)
	assert.Equal(t, want, got)
	for _, wrong := range [][][]int64{nil, {{1, 2}}, {{-1}}} {
		_, err := FromCounts(wrong)
		assert.Error(t, err)
	}
}

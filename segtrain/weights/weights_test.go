package weights

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTable(t *testing.T) {
	list := All()
	assert.Len(t, list, 99)
	seen := map[string]bool{}
	for _, p := range list {
		assert.False(t, seen[p.File()], p.File())
		seen[p.File()] = true
		assert.Len(t, p.revision, 40)
	}
	assert.Subset(t, Names(), []string{"imagenet", "advprop", "noisy-student", "ssl", "swsl"})
}

func TestFind(t *testing.T) {
	p, err := Find("efficientnet-b0", "advprop")
	require.NoError(t, err)
	assert.Equal(t, [3]float64{0.5, 0.5, 0.5}, p.Mean)
	assert.Equal(t, "https://huggingface.co/smp-hub/efficientnet-b0.advprop/resolve/"+
		"29043c08140d9c6ee7de1468d55923f2b06bcec2/model.safetensors", p.URL(""))
	assert.Equal(t, "http://here/x/smp-hub/efficientnet-b0.advprop/resolve/"+
		"29043c08140d9c6ee7de1468d55923f2b06bcec2/model.safetensors", p.URL("http://here/x/"))

	lite, err := Find("timm-efficientnet-lite0", "imagenet")
	require.NoError(t, err)
	assert.Equal(t, "timm-tf_efficientnet_lite0.imagenet-f5729249.safetensors", lite.File())

	_, err = Find("efficientnet-b0", "noisy-student")
	assert.EqualError(t, err, `no weights "noisy-student" for encoder efficientnet-b0; there are: imagenet, advprop, or a file`)
	_, err = Find("mynet", "imagenet")
	assert.EqualError(t, err, `no pretrained weights are known for encoder "mynet"; there are: `+strings.Join(encoders(), ", ")+"; or give a file")
}

func TestDir(t *testing.T) {
	t.Setenv("SEGTRAIN_CACHE", "/elsewhere")
	dir, err := Dir()
	require.NoError(t, err)
	assert.Equal(t, filepath.Join("/elsewhere", "weights"), dir)
	t.Setenv("SEGTRAIN_CACHE", "")
	t.Setenv("XDG_CACHE_HOME", "/cache")
	t.Setenv("SEGTRAIN_MIRROR", "http://mirror")
	s, err := Open("")
	require.NoError(t, err)
	assert.Equal(t, filepath.Join("/cache", "segtrain", "weights"), s.Dir)
	assert.Equal(t, "http://mirror", s.Mirror)
	s, err = Open("http://other")
	require.NoError(t, err)
	assert.Equal(t, "http://other", s.Mirror)
}

package augment

import (
	"encoding/binary"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestBitsArePinned holds draws and results of every transform and mixer to one checksum, for every processor.
func TestBitsArePinned(t *testing.T) {
	sum := fnv.New64a()
	add := func(v float32) { sum.Write(binary.LittleEndian.AppendUint32(nil, math.Float32bits(v))) }
	all := geometric()
	image, mask := coordinates(40, 56)
	bytes := photo(40, 56, 3)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for seed := range uint64(3) {
			op := Draw(all[name], NewRand(seed), mask, 40, 56)
			for _, v := range op.Image(image).Pix {
				add(v)
			}
			sum.Write(op.Mask(mask).Pix)
			sum.Write(Bytes(op, bytes).Pix8)
		}
	}
	for _, name := range []string{"ClassMix", "CutMix", "MixUp", "Mosaic"} {
		m := MixDefaults(name).(Mixer)
		b := mixed(t, 3, true, m)
		for i, v := range b.Images {
			add(v)
			add(b.Share[i])
		}
		sum.Write(b.Labels)
		sum.Write(b.Mixed)
	}
	assert.Equal(t, uint64(0x85fb33ca6635de00), sum.Sum64(), "runs of earlier versions could not be repeated")
}

package augment

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tessera/segtrain/raster"
)

func TestShuffledChannelsAreThosePixels(t *testing.T) {
	for _, c := range []int{1, 2, 3, 4, 5} {
		for _, w := range []int{1, 2, 3, 4, 5, 7, 8, 9, 20} {
			im := stripes(3, w, c)
			for key := range uint64(12) {
				order := NewRand(key).Perm(c)
				out := painting(paint(3, w, channelOrder(key)), im)
				for i, v := range out.Pix8 {
					require.Equal(t, im.Pix8[i-i%c+order[i%c]], v, "%d channels, width %d", c, w)
				}
			}
		}
	}
}

func TestDroppedChannelsAreFilled(t *testing.T) {
	for _, c := range []int{2, 3, 4, 5, 9} {
		im := raster.NewImage(3, 11, c)
		for i := range im.Pix8 {
			im.Pix8[i] = uint8(i%100 + 1)
		}
		for n := 1; n < c; n++ {
			out := painting(paint(3, 11, dropChannels{uint64(n), n, 200}), im)
			filled := map[int]int{}
			for i, v := range out.Pix8 {
				if v == 200 {
					filled[i%c]++
				} else {
					require.Equal(t, im.Pix8[i], v)
				}
			}
			require.Len(t, filled, n)
			for _, count := range filled {
				require.Equal(t, 33, count, fmt.Sprint(filled))
			}
		}
	}
}

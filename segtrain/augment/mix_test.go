package augment

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mixed mixes four pictures of 6×8 pixels. Picture i is i+1 everywhere in its one channel; its labels are 10·i, and 10·i+1 in
// its right half, and 255 in its first pixel.
func mixed(t *testing.T, step uint64, soft bool, mixers ...Mixer) *MixBatch {
	t.Helper()
	const n, h, w = 4, 6, 8
	b := &MixBatch{N: n, H: h, W: w, C: 1, Planes: 1, Ignore: 255,
		FromImages: make([]float32, n*h*w), FromLabels: make([]uint8, n*h*w),
		Images: make([]float32, n*h*w), Labels: make([]uint8, n*h*w)}
	for p := range b.FromImages {
		i, x := p/(h*w), p%w
		b.FromImages[p], b.FromLabels[p] = float32(i+1), uint8(10*i+x/(w/2))
		if p%(h*w) == 0 {
			b.FromLabels[p] = 255
		}
	}
	b.Snaps = make([]Snap, n)
	if soft {
		b.Mixed, b.Share = make([]uint8, n*h*w), make([]float32, n*h*w)
	}
	images, labels := slices.Clone(b.FromImages), slices.Clone(b.FromLabels)
	MixAll(mixers, b, 1, 0, step)
	require.Equal(t, images, b.FromImages)
	require.Equal(t, labels, b.FromLabels)
	return b
}

func TestHardMixersMoveLabelsWithPixels(t *testing.T) {
	always := MixWhen{P: 1}
	for name, m := range map[string]Mixer{
		"CutMix": &CutMix{always, 1}, "ClassMix": &ClassMix{always}, "Mosaic": &Mosaic{always, Range{0.3, 0.7}},
		"SnapMix": &SnapMix{always, 5},
	} {
		t.Run(name, func(t *testing.T) {
			foreign := 0
			for step := range uint64(50) {
				b := mixed(t, step, true, m)
				for p, v := range b.Images {
					shown, label := int(v)-1, b.Labels[p]
					require.Contains(t, []uint8{uint8(10 * shown), uint8(10*shown + 1), 255}, label)
					require.Equal(t, label, b.Mixed[p])
					require.Equal(t, float32(1), b.Share[p])
					if shown != p/48 {
						foreign++
						require.False(t, name == "ClassMix" && label == 255, "ignored pixels stay behind")
					}
				}
			}
			share := float64(foreign) / (50 * 4 * 48)
			assert.InDelta(t, map[string]float64{"CutMix": 0.37, "ClassMix": 0.5, "Mosaic": 0.75, "SnapMix": 0.37}[name], share, 0.08)
		})
	}
}

func TestMixUpAddsPicturesAndKeepsBothLabels(t *testing.T) {
	for step := range uint64(50) {
		b := mixed(t, step, true, &MixUp{MixWhen{P: 1}, 0.4})
		for p, v := range b.Images {
			own, share := p/48, b.Share[p]
			require.Equal(t, b.FromLabels[p], b.Labels[p])
			require.Equal(t, b.Share[own*48], share, "one share a picture")
			if p%48 == 0 {
				continue
			}
			other := int(b.Mixed[p]) / 10
			require.NotEqual(t, own, other)
			want := float64(share)*float64(own+1) + (1-float64(share))*float64(other+1)
			require.InDelta(t, want, float64(v), 1e-5)
		}
	}
}

func TestMixingIsKeyedAndRare(t *testing.T) {
	list := []Mixer{&MixUp{MixWhen{P: 0.3}, 1}, &CutMix{MixWhen{P: 0.2}, 1}}
	var up, cut, plain int
	for step := range uint64(400) {
		b := mixed(t, step, true, list...)
		require.Equal(t, b, mixed(t, step, true, list...))
		for i := range b.N {
			switch pixels := b.Images[i*48:][:48]; {
			case b.Share[i*48] != 1:
				up++
			case slices.ContainsFunc(pixels, func(v float32) bool { return v != float32(i+1) }):
				cut++
			default:
				plain++
			}
		}
	}
	assert.InDelta(t, 480, up, 60)
	assert.InDelta(t, 320*0.95, cut, 60)
	assert.InDelta(t, 800, plain, 80)
}

func TestMixWhen(t *testing.T) {
	w := MixWhen{P: 0.8, Epochs: [2]int{3, 6}, Ramp: 4}
	var got []float64
	for epoch := range 8 {
		got = append(got, w.at(epoch))
	}
	assert.InDeltaSlice(t, []float64{0, 0, 0.2, 0.4, 0.6, 0.8, 0, 0}, got, 1e-12)
	assert.Equal(t, 0.5, MixWhen{P: 0.5}.at(0))
	assert.Equal(t, 0.5, MixWhen{P: 0.5, Epochs: [2]int{0, 1}}.at(0))
	assert.Zero(t, MixWhen{P: 0.5, Epochs: [2]int{0, 1}}.at(1))
}

func TestBeta(t *testing.T) {
	rng := NewRand(5)
	for _, alpha := range []float64{0.01, 0.2, 0.4, 1, 2, 8} {
		var sum, squares float64
		const n = 20000
		for range n {
			x := beta(rng, alpha)
			require.True(t, x >= 0 && x <= 1)
			sum += x
			squares += (x - 0.5) * (x - 0.5)
		}
		assert.InDelta(t, 0.5, sum/n, 0.02, "alpha %v", alpha)
		assert.InDelta(t, 1, squares/n*4*(2*alpha+1), 0.06, "variance for alpha %v", alpha)
	}
	assert.False(t, math.IsNaN(beta(rng, 1e-9)))
}

func TestMixSettings(t *testing.T) {
	for _, name := range MixNames() {
		m, err := NewMixer(name, nil)
		require.NoError(t, err, name)
		assert.Equal(t, name == "MixUp", m.Soft(), name)
	}
	tests := []struct{ name, settings, want string }{
		{"MixDown", "", `no mixer "MixDown"; there are: ClassMix, CutMix, MixUp, Mosaic, SnapMix`},
		{"MixUp", "{alpha: 0}", "MixUp: alpha: must lie above 0"},
		{"SnapMix", "{alpha: -1}", "SnapMix: alpha: must lie above 0"},
		{"CutMix", "{p: 2}", "p: must lie in [0, 1], not 2"},
		{"ClassMix", "{epochs: [5, 4]}", "epochs: [5 4] is no range"},
		{"ClassMix", "{ramp: -1}", "ramp: -1 epochs"},
		{"Mosaic", "{center_range: [0.5, 1.5]}", "center_range: must lie in [0, 1]"},
	}
	for _, tt := range tests {
		_, err := NewMixer(tt.name, decoderOf(tt.settings))
		assert.ErrorContains(t, err, tt.want)
	}
	assert.ErrorContains(t, CheckMix([]Mixer{&MixUp{MixWhen{P: 0.6}, 1}, &CutMix{MixWhen{P: 0.5}, 1}}), "add up to 1.1")
}

func TestClassMixOfOverlappingClasses(t *testing.T) {
	b := &MixBatch{N: 2, H: 1, W: 4, C: 1, Planes: 2, Ignore: -1, FromImages: []float32{1, 1, 1, 1, 2, 2, 2, 2},
		FromLabels: []uint8{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0}}
	b.Images, b.Labels = make([]float32, 8), make([]uint8, 16)
	MixAll([]Mixer{&ClassMix{MixWhen{P: 1}}}, b, 1, 0, 0)
	assert.Equal(t, []float32{2, 2, 1, 1}, b.Images[:4], "class 1 of the second picture covers two pixels")
	assert.Equal(t, []uint8{0, 1, 0, 1, 0, 0, 0, 0}, b.Labels[:8])
}

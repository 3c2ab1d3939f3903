package checkpoint

import (
	"bufio"
	"compress/gzip"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// slots reads the names and shapes of a state dict, which tools/golden/names.py wrote.
func slots(t *testing.T, name string) []Slot {
	t.Helper()
	f, err := os.Open("testdata/" + name + ".names.gz")
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	var list []Slot
	for s := bufio.NewScanner(z); s.Scan(); {
		words := strings.Fields(s.Text())
		slot := Slot{words[0], []int{}}
		for _, w := range words[1:] {
			d, err := strconv.Atoi(w)
			require.NoError(t, err)
			slot.Shape = append(slot.Shape, d)
		}
		list = append(list, slot)
	}
	return list
}

// numbered returns tensors whose data is their place in the list.
func numbered(prefix string, list []Slot) []Entry {
	entries := make([]Entry, len(list))
	for i, s := range list {
		entries[i] = Entry{Name: prefix + s.Name, DType: "F32", Shape: s.Shape, Data: []byte{byte(i), byte(i >> 8)}}
	}
	return entries
}

// TestNamesOfOtherLibraries loads what EfficientNet-PyTorch, timm and torchvision call the same networks. All of them
// list their tensors in the order of computation, so that tensor i must become tensor i.
func TestNamesOfOtherLibraries(t *testing.T) {
	for _, tt := range []struct{ model, file, dialect string }{
		{"smp.efficientnet-b0", "smp.efficientnet-b0", ""},
		{"smp.efficientnet-b0", "timm.efficientnet-b0", "timm"},
		{"smp.efficientnet-b0", "torchvision.efficientnet-b0", "torchvision"},
		{"smp.efficientnet-b3", "timm.efficientnet-b3", "timm"},
		{"smp.efficientnet-b3", "torchvision.efficientnet-b3", "torchvision"},
		{"smp.timm-efficientnet-b0", "smp.efficientnet-b0", "EfficientNet-PyTorch"},
		{"smp.timm-efficientnet-b0", "timm.efficientnet-b0", ""},
		{"smp.timm-efficientnet-b0", "torchvision.efficientnet-b0", "torchvision"},
		{"smp.timm-tf_efficientnet_lite0", "timm.efficientnet-lite0", ""},
		{"smp.resnet34", "torchvision.resnet34", ""},
		{"smp.mobilenet_v2", "torchvision.mobilenet_v2", ""},
	} {
		t.Run(tt.file+" as "+tt.model, func(t *testing.T) {
			model := slots(t, tt.model)
			for _, prefix := range []string{"", "state_dict.", "state_dict.model.encoder.", "module."} {
				file := numbered(prefix, slots(t, tt.file))
				list, m, err := FindMatch(model, file, MatchOptions{Adapt: true, Extra: true})
				require.NoError(t, err)
				assert.Equal(t, prefix, m.Prefix)
				assert.Equal(t, tt.dialect, m.Dialect)
				assert.Empty(t, m.Adapted)
				assert.Empty(t, m.Fresh)
				require.Len(t, list, len(model))
				for i, e := range list {
					require.Equal(t, model[i].Name, e.Name)
					require.Equal(t, i, int(e.Data[0])|int(e.Data[1])<<8, e.Name)
				}
				for _, name := range m.Unused {
					assert.True(t, isHead(name), name)
				}
			}
		})
	}
}

// TestMobileNetsAreApart: the names of one network do not fit another.
func TestMobileNetsAreApart(t *testing.T) {
	_, _, err := FindMatch(slots(t, "smp.resnet34"), numbered("", slots(t, "timm.efficientnet-lite0")), MatchOptions{Extra: true})
	assert.Error(t, err)
	_, _, err = FindMatch(slots(t, "smp.mobilenet_v2"), numbered("", slots(t, "timm.efficientnet-lite0")), MatchOptions{})
	assert.ErrorContains(t, err, "the checkpoint is of another model: none of its 296 tensors (conv_stem.weight, bn1.weight, "+
		"bn1.bias, bn1.running_mean, …) is one of the model's 312 (features.0.0.weight, ")
}

func TestTheMovingAverageIsTaken(t *testing.T) {
	model := []Slot{{"w", []int{1}}, {"b", []int{1}}}
	file := append(numbered("state_dict.module.", model), numbered("state_dict_ema.module.", model)...)
	file = append(file, NewFloat32s("optimizer.state.0.step", nil, []float32{1}))
	file[2].Data, file[3].Data = []byte{9, 0}, []byte{9, 0}
	list, m, err := FindMatch(model, file, MatchOptions{})
	require.NoError(t, err)
	assert.Equal(t, "state_dict_ema.module.", m.Prefix)
	assert.Equal(t, []string{"state_dict.module."}, m.Others)
	assert.Equal(t, []string{"optimizer.state.0.step"}, m.Unused)
	assert.Equal(t, []byte{9, 0}, list[0].Data)

	plain := "state_dict.module."
	list, m, err = FindMatch(model, file, MatchOptions{Prefix: &plain})
	require.NoError(t, err)
	assert.Equal(t, plain, m.Prefix)
	assert.Equal(t, []byte{0, 0}, list[0].Data)

	nothing := "net."
	_, _, err = FindMatch(model, file, MatchOptions{Prefix: &nothing})
	assert.ErrorContains(t, err, "of another model")
}

// A name that contains "ema" by chance is no moving average.
func TestAverage(t *testing.T) {
	for prefix, want := range map[string]int{
		"": 0, "schema.": 0, "ema.": 1, "model_ema.module.": 1, "state_dict_ema.": 1, "EMA.": 1, "emanet.": 0,
	} {
		assert.Equal(t, want, average(prefix), prefix)
	}
}

// Names from a file cannot command a terminal.
func TestErrorsArePlain(t *testing.T) {
	_, _, err := FindMatch([]Slot{{"w", nil}}, []Entry{NewFloat32s("\x1b[2J", nil, []float32{1})}, MatchOptions{})
	assert.ErrorContains(t, err, "(?[2J, …)")
	assert.NotContains(t, (&MismatchError{Unexpected: []string{"\x1b]0;x\a"}}).Error(), "\x1b")
	_, err = newClass("a\x1b", "b")
	assert.ErrorContains(t, err, "class a?.b is not allowed")
}

func TestMatchWantsEverything(t *testing.T) {
	model := []Slot{{"conv.weight", []int{4, 3, 1, 1}}, {"bn.weight", []int{4}}, {"bn.num_batches_tracked", []int{}}}
	file := numbered("", []Slot{{"conv.weight", []int{5, 3, 1, 1}}, {"other.weight", []int{4}}})
	_, _, err := FindMatch(model, file, MatchOptions{Adapt: true})
	var wrong *MismatchError
	require.ErrorAs(t, err, &wrong)
	assert.Equal(t, []string{"bn.weight"}, wrong.Missing, "a counter that old files lack is not missing")
	assert.Equal(t, []string{"other.weight"}, wrong.Unexpected)
	assert.Equal(t, []string{"conv.weight ([5 3 1 1] in the checkpoint, [4 3 1 1] in the model)"}, wrong.Misshapen)
}

// TestAnotherNumberOfClassesAndChannels changes both ends of a model.
func TestAnotherNumberOfClassesAndChannels(t *testing.T) {
	model := []Slot{
		{"encoder.stem.weight", []int{1, 4, 1, 2}}, {"decoder.weight", []int{2, 1, 1, 1}},
		{"segmentation_head.0.weight", []int{7, 2, 1, 1}}, {"segmentation_head.0.bias", []int{7}},
	}
	file := []Entry{
		NewFloat32s("encoder.stem.weight", []int{1, 3, 1, 2}, []float32{1, 2, 4, 8, 16, 32}),
		NewFloat32s("decoder.weight", []int{2, 1, 1, 1}, []float32{5, 6}),
		NewFloat32s("segmentation_head.0.weight", []int{11, 2, 1, 1}, make([]float32, 22)),
		NewFloat32s("segmentation_head.0.bias", []int{11}, make([]float32, 11)),
		NewFloat32s("classification_head.3.weight", []int{1}, make([]float32, 1)),
	}
	_, _, err := FindMatch(model, file, MatchOptions{})
	assert.ErrorContains(t, err, "3 of another shape")

	list, m, err := FindMatch(model, file, MatchOptions{Adapt: true})
	require.NoError(t, err)
	assert.Equal(t, []string{"encoder.stem.weight", "decoder.weight"}, names(list))
	values, err := list[0].Float32s()
	require.NoError(t, err)
	assert.Equal(t, []float32{0.75, 1.5, 3, 6, 12, 24, 0.75, 1.5}, values)
	assert.Equal(t, []string{"encoder.stem.weight (from 3 channels to 4)"}, m.Adapted)
	assert.Equal(t, []string{
		"segmentation_head.0.weight ([11 2 1 1] in the file, [7 2 1 1] in the model)",
		"segmentation_head.0.bias ([11] in the file, [7] in the model)",
	}, m.Fresh)
	assert.Equal(t, []string{"classification_head.3.weight"}, m.Unused)

	model[0].Shape = []int{1, 1, 1, 2}
	list, _, err = FindMatch(model, file, MatchOptions{Adapt: true})
	require.NoError(t, err)
	values, err = list[0].Float32s()
	require.NoError(t, err)
	assert.Equal(t, []float32{21, 42}, values)
}

func TestFitLoadsAPart(t *testing.T) {
	type whole struct {
		Encoder *model `name:"encoder"`
		Other   *model `name:"other"`
	}
	m := &whole{newModel(4), newModel(4)}
	other := Entries(m.Other)
	from := newModel(4)
	for i := range from.Conv.Weight.Value.Data {
		from.Conv.Weight.Value.Data[i]++
	}
	match, err := Fit(m, "encoder", Entries(from), MatchOptions{Extra: true})
	require.NoError(t, err)
	assert.Empty(t, match.Fresh)
	assert.Equal(t, Entries(from), Entries(m.Encoder))
	assert.Equal(t, other, Entries(m.Other))

	bad := Entries(newModel(4))
	bad[0].DType = "F8_E4M3"
	bad[0].Data = bad[0].Data[:len(bad[0].Data)/4]
	_, err = Fit(m, "encoder", bad, MatchOptions{})
	assert.ErrorContains(t, err, "1 of another shape: conv.weight (tensor \"conv.weight\": F8_E4M3 where")
	assert.Equal(t, Entries(from), Entries(m.Encoder), "nothing has changed")
}

// TestSlotsAreThoseOfTheFile compares shapes with what is written.
func TestSlotsAreThoseOfTheFile(t *testing.T) {
	m := newModel(4)
	list, slots := Entries(m), Slots(m, "")
	require.Len(t, slots, len(list))
	for i, e := range list {
		assert.Equal(t, Slot{e.Name, append([]int{}, e.Shape...)}, slots[i])
	}
}

package checkpoint

import (
	"fmt"
	"strings"
)

// Dialects are libraries whose names for the tensors of a model differ from those of segmentation_models_pytorch.
// ResNet, VGG and MobileNetV2 have the same names in all of them. EfficientNet has three sets: that of
// EfficientNet-PyTorch (efficientnet-b0 in segmentation_models_pytorch), of timm (timm-efficientnet-b0) and of
// torchvision.
const (
	dialectPyTorch     = "EfficientNet-PyTorch"
	dialectTimm        = "timm"
	dialectTorchvision = "torchvision"
)

// A layer is what the dialects call one layer of a network.
type layer struct{ pytorch, timm, torchvision string }

func (l layer) in(dialect string) string {
	switch dialect {
	case dialectPyTorch:
		return l.pytorch
	case dialectTimm:
		return l.timm
	}
	return l.torchvision
}

// The layers of an EfficientNet: before the blocks, in a block that widens its input, in one that does not, and after
// the blocks, where torchvision's names begin with the number of stages and one.
var (
	stemLayers = []layer{{"_conv_stem", "conv_stem", "features.0.0"}, {"_bn0", "bn1", "features.0.1"}}
	wideLayers = []layer{
		{"_expand_conv", "conv_pw", "0.0"}, {"_bn0", "bn1", "0.1"},
		{"_depthwise_conv", "conv_dw", "1.0"}, {"_bn1", "bn2", "1.1"},
		{"_se_reduce", "se.conv_reduce", "2.fc1"}, {"_se_expand", "se.conv_expand", "2.fc2"},
		{"_project_conv", "conv_pwl", "3.0"}, {"_bn2", "bn3", "3.1"},
	}
	narrowLayers = []layer{
		{"_depthwise_conv", "conv_dw", "0.0"}, {"_bn1", "bn1", "0.1"},
		{"_se_reduce", "se.conv_reduce", "1.fc1"}, {"_se_expand", "se.conv_expand", "1.fc2"},
		{"_project_conv", "conv_pw", "2.0"}, {"_bn2", "bn2", "2.1"},
	}
	headLayers = []layer{{"_conv_head", "conv_head", "features.%d.0"}, {"_bn1", "bn2", "features.%d.1"}}
)

// aliases returns for each dialect a table from the names of a model to those in the dialect. The model's own has the
// empty name.
func aliases(model []Slot) map[string]map[string]string {
	own := map[string]string{}
	for _, s := range model {
		own[s.Name] = s.Name
	}
	tables := map[string]map[string]string{"": own}
	dialect, layers := efficientNet(model)
	for _, other := range []string{dialectPyTorch, dialectTimm, dialectTorchvision} {
		if layers == nil || other == dialect {
			continue
		}
		tables[other] = map[string]string{}
		for _, s := range model {
			dot := strings.LastIndexByte(s.Name, '.')
			l, ok := layers[s.Name[:max(0, dot)]]
			if !ok {
				continue
			}
			tables[other][s.Name] = l.in(other) + s.Name[dot:]
		}
	}
	return tables
}

// efficientNet returns the dialect of an EfficientNet and its layers by their names in it; nil for another model.
func efficientNet(model []Slot) (dialect string, layers map[string]layer) {
	shapes := map[string][]int{}
	for _, s := range model {
		shapes[s.Name] = s.Shape
	}
	switch {
	case shapes["_conv_stem.weight"] != nil:
		dialect = dialectPyTorch
	case shapes["conv_stem.weight"] != nil && shapes["blocks.0.0.conv_dw.weight"] != nil:
		dialect = dialectTimm
	default:
		return "", nil
	}
	layers = map[string]layer{}
	add := func(at layer, list []layer) {
		for _, l := range list {
			l = layer{at.pytorch + l.pytorch, at.timm + l.timm, at.torchvision + l.torchvision}
			layers[l.in(dialect)] = l
		}
	}
	add(layer{}, stemLayers)
	stage, block, width := 0, 0, 0
	for n := 0; ; n++ {
		at, list, out := nextBlock(dialect, shapes, n, stage, block)
		if n > 0 && out != width { // a stage is blocks of one width
			at, list, out = nextBlock(dialect, shapes, n, stage+1, 0)
			if out == 0 {
				break
			}
			stage, block = stage+1, 0
		}
		add(at, list)
		width = out
		block++
	}
	for _, l := range headLayers {
		l.torchvision = fmt.Sprintf(l.torchvision, stage+2)
		add(layer{}, []layer{l})
	}
	return dialect, layers
}

// nextBlock returns the names and layers of block n, the given one of its stage, and its output channels: 0 if there is
// no such block.
func nextBlock(dialect string, shapes map[string][]int, n, stage, block int) (at layer, list []layer, out int) {
	at = layer{
		fmt.Sprintf("_blocks.%d.", n), fmt.Sprintf("blocks.%d.%d.", stage, block),
		fmt.Sprintf("features.%d.%d.block.", stage+1, block),
	}
	for _, list := range [][]layer{wideLayers, narrowLayers} {
		first, project := list[0].in(dialect), list[len(list)-2].in(dialect)
		has := shapes[at.in(dialect)+first+".weight"] != nil
		if shape := shapes[at.in(dialect)+project+".weight"]; has && len(shape) == 4 {
			return at, list, shape[0]
		}
	}
	return at, nil, 0
}

package config

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// templateCases are facts and what the template must make of them.
var templateCases = []struct {
	name   string
	change func(*Facts)
	check  func(*testing.T, *Config)
}{
	{"plain", func(*Facts) {}, func(t *testing.T, c *Config) {
		assert.Equal(t, "/conf/pics", c.Data.Images)
		assert.Equal(t, "/conf/my masks", c.Data.Masks)
		assert.Equal(t, "{stem}_m.png", c.Data.Pattern)
		assert.Equal(t, [2]int{192, 256}, c.Data.Size)
		assert.Len(t, c.Data.Classes, 3)
		assert.Nil(t, c.Data.Ignore)
		assert.Equal(t, "stretch", c.Data.Resize)
	}},
	{"void", func(f *Facts) { f.Values = []int{0, 1, 5, 255} }, func(t *testing.T, c *Config) {
		assert.Len(t, c.Data.Classes, 6)
		assert.Equal(t, 255, *c.Data.Ignore)
	}},
	{"gaps", func(f *Facts) { f.Values = []int{0, 80, 160, 1000} }, func(t *testing.T, c *Config) {
		assert.Len(t, c.Data.Classes, 4)
		assert.Equal(t, map[int]int{0: 0, 80: 1, 160: 2, 1000: 3}, c.Data.Mask.Map)
	}},
	{"names", func(f *Facts) { f.Classes = []string{"a", "b", "c", "d: e"} }, func(t *testing.T, c *Config) {
		assert.Equal(t, Classes{"a", "b", "c", "d: e"}, c.Data.Classes)
		assert.Empty(t, c.Data.Mask.Map)
	}},
	{"names of gaps", func(f *Facts) { f.Values, f.Classes = []int{3, 9}, []string{"a", "b"} },
		func(t *testing.T, c *Config) {
			assert.Equal(t, Classes{"a", "b"}, c.Data.Classes)
			assert.Equal(t, map[int]int{3: 0, 9: 1}, c.Data.Mask.Map)
		}},
	{"binary", func(f *Facts) { f.MaskCode, f.Values, f.Task = "binary", []int{0, 255}, Binary }, func(t *testing.T, c *Config) {
		assert.Equal(t, Classes{"object"}, c.Data.Classes)
		assert.Equal(t, "binary", c.Data.Mask.Code)
		assert.Equal(t, Binary, c.Task)
		assert.Equal(t, "dice", c.Loss[0].Name)
	}},
	{"a folder a class", func(f *Facts) {
		f.MaskCode, f.Values, f.Task, f.Classes, f.Pattern = "binary", []int{0, 255}, Multilabel, []string{"cat", "cow"}, ""
		f.Masks = "masks/{class}"
	}, func(t *testing.T, c *Config) {
		assert.Equal(t, Classes{"cat", "cow"}, c.Data.Classes)
		assert.Equal(t, Multilabel, c.Task)
		assert.Equal(t, "/conf/masks/{class}", c.Data.Masks)
	}},
	{"COCO", func(f *Facts) {
		f.Kind, f.Annotations, f.Classes, f.Unlisted, f.Pattern = "coco", "a.json", []string{"background", "cat"}, "skip", ""
	}, func(t *testing.T, c *Config) {
		assert.Equal(t, []string{"coco", "/conf/a.json", "skip"}, []string{c.Data.Kind, c.Data.Annotations, c.Data.Unlisted})
		assert.Equal(t, Multiclass, c.Task)
	}},
	{"run-lengths", func(f *Facts) {
		f.Kind, f.Annotations, f.Classes, f.Task, f.Dialect, f.Pattern = "rle", "a.csv", []string{"object"}, Binary, "airbus", ""
	}, func(t *testing.T, c *Config) {
		assert.Equal(t, "airbus", c.Data.RLE.Dialect)
		assert.Equal(t, Binary, c.Task)
		assert.Equal(t, Classes{"object"}, c.Data.Classes)
	}},
	{"palette", func(f *Facts) { f.MaskCode, f.Colors = "palette", [][3]int{{0, 0, 0}, {255, 1, 2}} },
		func(t *testing.T, c *Config) {
			assert.Equal(t, [][3]int{{0, 0, 0}, {255, 1, 2}}, c.Data.Mask.Colors)
			assert.Len(t, c.Data.Classes, 2)
		}},
	{"grey, many sizes, groups", func(f *Facts) {
		f.Channels, f.Sizes, f.H, f.W, f.GroupRegexp, f.Groups = 1, 7, 10, 4000, `^(\d+)_`, 9
	}, func(t *testing.T, c *Config) {
		assert.Equal(t, []float64{0.5}, c.Data.Mean)
		assert.Equal(t, "letterbox", c.Data.Resize)
		assert.Equal(t, [2]int{32, 256}, c.Data.Size)
		assert.Equal(t, `^(\d+)_`, c.Data.Group)
	}},
	{"next to nothing", func(f *Facts) { *f = Facts{Images: "i", Masks: "m", Values: []int{0}} },
		func(t *testing.T, c *Config) {
			assert.Len(t, c.Data.Classes, 2)
			assert.Equal(t, 1, c.Train.Batch)
		}},
}

func TestTemplate(t *testing.T) {
	base := Facts{Images: "pics", Masks: "my masks", Pattern: "{stem}_m.png", Count: 367, H: 360, W: 480, Sizes: 1,
		Channels: 3, MaskCode: "index", Values: []int{2, 0, 1}}
	for _, c := range templateCases {
		t.Run(c.name, func(t *testing.T) {
			f := base
			c.change(&f)
			text := bytes.Replace(Template(f), []byte("[bce, dice]"), []byte("[dice]"), 1) // these tests know two losses
			got, err := Parse("/conf/run.yaml", text)
			require.NoError(t, err, string(text))
			c.check(t, got)
		})
	}
}

// Whatever values the masks hold, the template is accepted and each value has a class or is ignored.
func TestTemplateCoversValues(t *testing.T) {
	for last := 1; last < 1200; last += 7 {
		for _, values := range [][]int{{0, last}, {0, 1, last}, {0, last, 255}, {last, last + 1, last + 2}} {
			for named := range 4 {
				classes := []string{"a", "b", "c"}[:named]
				f := Facts{Images: "i", Masks: "m", MaskCode: "index", Values: values, Classes: classes}
				c, err := Parse("t", Template(f))
				require.NoError(t, err, fmt.Sprint(values, classes))
				for _, v := range values {
					class, mapped := c.Data.Mask.Map[v]
					if !mapped {
						class = v
					}
					ignored := c.Data.Ignore != nil && *c.Data.Ignore == class
					assert.True(t, ignored || class < len(c.Data.Classes), "%v %v: %d", values, classes, v)
				}
			}
		}
	}
}

// Without the usual 255 nobody can tell which value means "no label": the file shows how to say it.
func TestTemplateTellsHowToIgnore(t *testing.T) {
	f := Facts{Images: "i", Masks: "m", MaskCode: "index", Values: []int{0, 1, 2, 3}}
	text := string(Template(f))
	require.Contains(t, text, "  # ignore: 3\n")
	text = strings.NewReplacer("# ignore: 3", "ignore: 3", ", class_3", "").Replace(text)
	c, err := Parse("t", []byte(text))
	require.NoError(t, err)
	assert.Equal(t, 3, *c.Data.Ignore)
	assert.Len(t, c.Data.Classes, 3)
}

// TestRecipeTemplate puts a recipe's keys in place of the template's.
func TestRecipeTemplate(t *testing.T) {
	f := Facts{Images: "i", Masks: "m", Count: 9, H: 300, W: 400, Sizes: 3, Channels: 1, MaskCode: "index", Values: []int{0, 1, 2}}
	text, err := RecipeTemplate(f, "# title\n", "  size: [64, 96]\n", "loss: [cross_entropy]\ntrain:\n  epochs: 77\n", false)
	require.NoError(t, err)
	c, err := Parse("r", text)
	require.NoError(t, err, string(text))
	assert.Contains(t, string(text), "# title\n")
	assert.True(t, c.Debug)
	assert.Equal(t, [2]int{64, 96}, c.Data.Size)
	assert.Equal(t, "letterbox", c.Data.Resize)
	assert.Equal(t, 1, c.Data.Channels)
	assert.Equal(t, 77, c.Train.Epochs)
	assert.Len(t, c.Data.Classes, 3)

	text, err = RecipeTemplate(f, "# title\n", "", "loss: [cross_entropy]\n", false)
	require.NoError(t, err)
	c, err = Parse("r", text)
	require.NoError(t, err, string(text))
	assert.Equal(t, [2]int{192, 256}, c.Data.Size, "of the pictures, where the recipe has none")

	_, err = RecipeTemplate(f, "", "", "", true)
	assert.ErrorContains(t, err, "the recipe is for one class and the rest (task: binary), and the masks hold 3 kinds of pixels")
}

// TestRecipeTemplateOfOneClass reads masks of one class in each of their codings.
func TestRecipeTemplateOfOneClass(t *testing.T) {
	for code, f := range map[string]Facts{
		"binary":  {MaskCode: "binary", Values: []int{0, 255}},
		"index":   {MaskCode: "index", Values: []int{4, 9}, Classes: []string{"rest", "ship"}},
		"palette": {MaskCode: "palette", Colors: [][3]int{{0, 0, 0}, {255, 0, 0}}, Classes: []string{"ship"}},
	} {
		f.Images, f.Masks, f.Count, f.H, f.W, f.Sizes, f.Channels = "i", "m", 9, 300, 400, 1, 3
		text, err := RecipeTemplate(f, "", "", "task: binary\nloss: [cross_entropy]\n", true)
		require.NoError(t, err)
		c, err := Parse("r", text)
		require.NoError(t, err, string(text))
		assert.Equal(t, Binary, c.Task)
		assert.True(t, c.Debug)
		assert.Equal(t, code, c.Data.Mask.Code)
		want := map[string]Classes{"binary": {"object"}, "index": {"ship"}, "palette": {"ship"}}[code]
		assert.Equal(t, want, c.Data.Classes)
		if code == "index" {
			assert.Equal(t, map[int]int{4: 0, 9: 1}, c.Data.Mask.Map)
		}
	}
}

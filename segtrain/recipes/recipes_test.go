package recipes

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEveryRecipeSaysWhereItIsFrom(t *testing.T) {
	list := List()
	require.GreaterOrEqual(t, len(list), 6)
	for _, r := range list {
		assert.NotEmpty(t, r.Title, r.Name)
		require.NotEmpty(t, r.Sources, r.Name)
		assert.True(t, strings.HasPrefix(r.Sources[0], "https://"), r.Name)
		require.NotEmpty(t, r.Differs, r.Name)
		for _, d := range r.Differs {
			assert.True(t, strings.HasSuffix(d, "."), "%s: %q is no sentence", r.Name, d)
		}
		head, data, rest := r.Parts()
		text := head
		for _, line := range strings.Split(strings.TrimSuffix(head, "\n"), "\n") {
			assert.True(t, strings.HasPrefix(line, "#"), "%s: %q", r.Name, line)
		}
		for _, line := range strings.Split(strings.TrimSuffix(data, "\n"), "\n") {
			assert.True(t, line == "" || strings.HasPrefix(line, "  "), "%s: %q", r.Name, line)
		}
		if data != "" {
			text += strings.Replace(rest, "task: binary\n", "task: binary\n"+"data:\n"+data, 1)
			if !r.Binary {
				text = head + "data:\n" + data + rest
			}
		} else {
			text += rest
		}
		assert.Equal(t, r.Text, text, "nothing of %s is lost", r.Name)
		assert.Equal(t, r.Binary, strings.Contains(rest, "task: binary\n"))
	}
}

func TestFind(t *testing.T) {
	r, err := Find("tgs-4th")
	require.NoError(t, err)
	assert.Equal(t, "tgs-4th", r.Name)
	file, err := os.ReadFile("tgs-4th.yaml")
	require.NoError(t, err)
	assert.Equal(t, string(file), r.Text)
	_, err = Find("tgs-5th")
	assert.EqualError(t, err, `no recipe "tgs-5th"; there are: mmseg-deeplabv3plus, mmseg-segformer, nnunet-2d, siim-1st, siim-4th, tgs-4th`)
}

// TestPage holds the documentation to the recipes: each has a row with its title, its sources, and what differs.
func TestPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/recipes.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(text), Begin)
	require.True(t, found)
	table, _, found = strings.Cut(table, End)
	require.True(t, found)
	assert.Equal(t, Markdown(), strings.TrimPrefix(table, "\n"), "write what stands between the marks anew: go test ./segtrain/recipes -run Markdown -v prints it")
}

func TestMarkdown(t *testing.T) { t.Log("\n" + Markdown()) }

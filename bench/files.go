package bench

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

//go:embed problems/*.txt
var problems embed.FS

// Reference is the file of the layers of the reference model: Unet("efficientnet-b0", classes=11) on 8 pictures of
// 256×256.
const Reference = "unet_efficientnet-b0_8x256x256"

// Names returns the files of problems that Load knows by name.
func Names() []string {
	entries, err := problems.ReadDir("problems")
	if err != nil {
		panic(err) // it is embedded
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".txt"))
	}
	return names
}

// Load reads a file of problems: one that Names lists, or any other by its path.
func Load(file string) ([]Problem, error) {
	name := path.Join("problems", file+".txt")
	text, err := problems.ReadFile(name)
	if err != nil {
		name = file
		text, err = os.ReadFile(file)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no problems %s; want a file, or one of: %s", file, strings.Join(Names(), ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("reading problems: %w", err)
	}
	return Read(bytes.NewReader(text), name)
}

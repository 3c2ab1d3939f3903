package archtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
)

// A Package is what go list -json says of a package.
type Package struct {
	ImportPath string
	Deps       []string // everything it depends on, directly or not, without its tests
}

// List runs go list on all packages of the module at root, for the platform it runs on. Its error is what go
// list writes to stderr when it fails.
func List(root string) ([]Package, error) {
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Deps", "./...")
	cmd.Dir = root
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list in %s: %w\n%s", root, err, &stderr)
	}
	var list []Package
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p Package
		if err := dec.Decode(&p); err != nil {
			return nil, fmt.Errorf("output of go list: %w", err)
		}
		list = append(list, p)
	}
	return list, nil
}

// CheckDeps returns what packages of the engine depend on, directly or through others, and must not: another
// module, an application package, a test helper. modulePath is the path of the module, such as "tessera".
func CheckDeps(modulePath string, packages []Package) []Violation {
	var found []Violation
	for _, p := range packages {
		dir, _ := strings.CutPrefix(p.ImportPath, modulePath+"/")
		if !isEngine(dir) {
			continue
		}
		for _, dep := range p.Deps {
			inside, ok := strings.CutPrefix(dep, modulePath+"/")
			if ok && !isEngine(inside) || !ok && !allowedInEngine(dep, false) {
				found = append(found, Violation{Path: dir, What: "depends on " + dep + ", which the engine does without"})
			}
		}
	}
	return found
}

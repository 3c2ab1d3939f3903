package workflow

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tessera/nn"
	"tessera/nn/checkpoint"
	"tessera/nn/encoder"
	"tessera/segtrain/record"
	"tessera/segtrain/weights"
)

// WeightsInfo is a pretrained encoder that can be fetched.
type WeightsInfo struct {
	Encoder string     `json:"encoder"`
	Weights string     `json:"weights"`
	Cached  bool       `json:"cached"`
	File    string     `json:"file"` // where it is, or would be
	URL     string     `json:"url"`
	Mean    [3]float64 `json:"mean"` // what its pictures were normalized with
	Std     [3]float64 `json:"std"`
}

// ListWeights returns the pretrained encoders of the architectures that there are.
func ListWeights(mirror string) ([]WeightsInfo, error) {
	store, err := weights.Open(mirror)
	if err != nil {
		return nil, err
	}
	list := []WeightsInfo{}
	for _, name := range encoder.Names() {
		for _, w := range weights.Names() {
			p, err := weights.Find(name, w)
			if err != nil {
				continue
			}
			list = append(list, WeightsInfo{
				Encoder: name, Weights: w, Cached: p.Cached(store.Dir), File: filepath.Join(store.Dir, p.File()),
				URL: p.URL(store.Address()), Mean: p.Mean, Std: p.Std,
			})
		}
	}
	return list, nil
}

// FetchWeights brings the pretrained weights of an encoder to this machine and returns their file.
func FetchWeights(ctx context.Context, encoderName, name, mirror string, o Options) (string, error) {
	o = o.withDefaults()
	p, err := weights.Find(encoderName, name)
	if err != nil {
		return "", err
	}
	store, err := weights.Open(mirror)
	if err != nil {
		return "", err
	}
	store.Progress = progressOf(o.Log)
	return store.Fetch(ctx, p)
}

// A WeightsFile is what is in a file of weights.
type WeightsFile struct {
	File       string            `json:"file"`
	Format     string            `json:"format"`
	Bytes      int64             `json:"bytes"`
	SHA256     string            `json:"sha256"`
	Parameters int64             `json:"parameters"` // numbers in all tensors
	Metadata   map[string]string `json:"metadata"`
	Tensors    []TensorInfo      `json:"tensors"`
}

// TensorInfo is a tensor of a file, in PyTorch's layout.
type TensorInfo struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
}

// InspectWeights reads a file of weights.
func InspectWeights(path string) (*WeightsFile, error) {
	entries, metadata, format, err := checkpoint.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	f := &WeightsFile{File: path, Format: string(format), Bytes: info.Size(), Metadata: metadata}
	for _, e := range entries {
		n := int64(1)
		for _, d := range e.Shape {
			n *= int64(d)
		}
		f.Parameters += n
		f.Tensors = append(f.Tensors, TensorInfo{e.Name, e.DType, append([]int{}, e.Shape...)})
	}
	f.SHA256, err = weights.Sum(path)
	return f, err
}

// ConvertWeights writes the tensors of a file to another, in the format that its name ends in, and with numbers of a type (see
// checkpoint.Recast) unless that is empty.
func ConvertWeights(in, out, dtype string) error {
	if err := checkOut(in, out); err != nil {
		return err
	}
	entries, metadata, err := checkpoint.ReadFile(in)
	if err != nil {
		return err
	}
	return writeAs(dtype, out, entries, metadata)
}

// writeAs writes entries with numbers of a type, or as they are if it is empty.
func writeAs(dtype, out string, entries []checkpoint.Entry, metadata map[string]string) (err error) {
	if dtype != "" {
		if entries, err = checkpoint.Recast(entries, dtype); err != nil {
			return err
		}
	}
	return checkpoint.WriteFile(out, entries, metadata)
}

// ExportWeights writes a plain state dict: the best weights of a run, or what a training checkpoint has of a model,
// without optimizer and prefixes, with numbers of a type as ConvertWeights does.
func ExportWeights(from, out, dtype string) error {
	if info, err := os.Stat(from); err == nil && info.IsDir() {
		run := from
		if from, err = weightsFile(run, "best"); err != nil {
			return fmt.Errorf("%s is not a run: there is no %s in it", run, record.ConfigFile)
		}
	}
	if err := checkOut(from, out); err != nil {
		return err
	}
	entries, _, err := checkpoint.ReadFile(from)
	if err != nil {
		return err
	}
	return writeAs(dtype, out, checkpoint.StateDict(entries), nil)
}

// checkOut refuses an output that is the input, or of a format that is not written.
func checkOut(in, out string) error {
	if !slices.Contains([]string{".pth", ".pt", ".safetensors"}, strings.ToLower(filepath.Ext(out))) {
		return fmt.Errorf("%s: the name says the format, and ends in none; allowed: .safetensors, .pth, .pt", out)
	}
	a, errA := os.Stat(in)
	b, errB := os.Stat(out)
	if errA == nil && errB == nil && os.SameFile(a, b) {
		return fmt.Errorf("%s and %s are one file", in, out)
	}
	return nil
}

// ImportOptions say what ImportWeights makes of a file.
type ImportOptions struct {
	Encoder  string
	Channels int     // of pictures; 0 is 3
	Prefix   *string // what stands before the names; nil finds it
	Out      string  // file to write; unused with As
	As       string  // name of pretrained weights whose place in the cache it takes; empty: none
}

// An Import is what became of a file.
type Import struct {
	Out     string   `json:"out"`
	Encoder string   `json:"encoder"`
	Tensors int      `json:"tensors"`
	Prefix  string   `json:"prefix"`
	Names   string   `json:"names"` // the library whose names the file had; empty for the encoder's own
	Adapted []string `json:"adapted"`
	Fresh   []string `json:"fresh"`
	Unused  []string `json:"unused"`
}

// ImportWeights finds an encoder's weights in a file from elsewhere and writes them as the encoder's checkpoint.
func ImportWeights(path string, o ImportOptions, log Options) (*Import, error) {
	log = log.withDefaults()
	e, err := encoder.New(o.Encoder, nn.NewRand(0), encoder.Options{InChannels: o.Channels})
	if err != nil {
		return nil, err
	}
	entries, _, err := checkpoint.ReadFile(path)
	if err != nil {
		return nil, err
	}
	match, err := checkpoint.Fit(e, "", entries, checkpoint.MatchOptions{Adapt: true, Extra: true, Prefix: o.Prefix})
	if err != nil {
		return nil, fmt.Errorf("%s: encoder %s: %w", path, o.Encoder, err)
	}
	tell(log.Log, path, match)
	list := checkpoint.Entries(e)
	out, err := o.write(list)
	if err != nil {
		return nil, err
	}
	return &Import{
		Out: out, Encoder: o.Encoder, Tensors: len(list), Prefix: match.Prefix, Names: match.Dialect,
		Adapted: append([]string{}, match.Adapted...), Fresh: append([]string{}, match.Fresh...),
		Unused: append([]string{}, match.Unused...),
	}, nil
}

// write writes an encoder's tensors to where the options say.
func (o ImportOptions) write(list []checkpoint.Entry) (string, error) {
	metadata := map[string]string{"encoder": o.Encoder}
	if o.As == "" {
		if err := checkOut("", o.Out); err != nil {
			return "", err
		}
		return o.Out, checkpoint.WriteFile(o.Out, list, metadata)
	}
	p, err := weights.Find(o.Encoder, o.As)
	if err != nil {
		return "", err
	}
	store, err := weights.Open("")
	if err != nil {
		return "", err
	}
	return store.Add(p, list, metadata)
}

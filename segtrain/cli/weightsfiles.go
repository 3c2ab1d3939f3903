package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/workflow"
)

func (a *app) weightsInspect() *cobra.Command {
	return &cobra.Command{
		Use:   "inspect FILE",
		Short: "Show the tensors and metadata of a file of weights",
		Args:  arguments(cobra.ExactArgs(1), "a file of weights (.safetensors, .pth, .pt)"),
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := workflow.InspectWeights(args[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(f)
			}
			return a.printWeights(f)
		},
	}
}

func (a *app) printWeights(f *workflow.WeightsFile) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, t := range f.Tensors {
		fmt.Fprintf(w, "%s\t%s\t%s\n", printable(t.Name), t.DType, strings.Trim(fmt.Sprint(t.Shape), "[]"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(a.stdout)
	rows := [][2]string{
		{"format", f.Format}, {"tensors", fmt.Sprint(len(f.Tensors))}, {"numbers", fmt.Sprint(f.Parameters)},
		{"bytes", fmt.Sprint(f.Bytes)}, {"sha256", f.SHA256},
	}
	for _, key := range slices.Sorted(maps.Keys(f.Metadata)) {
		rows = append(rows, [2]string{printable(key), printable(f.Metadata[key])})
	}
	return a.printTable(rows)
}

// printable quotes a text from a stranger's file if it holds what a terminal or a table would take for commands.
func printable(s string) string {
	if q := fmt.Sprintf("%q", s); q != `"`+s+`"` {
		return q
	}
	return s
}

// typeFlag adds the flag for the numbers of a file.
func typeFlag(cmd *cobra.Command, dtype *string) {
	cmd.Flags().StringVar(dtype, "type", "", "of filters and matrices in it: fp32, fp16 or bf16 (default: as they are)")
}

func (a *app) weightsConvert() *cobra.Command {
	var dtype string
	cmd := &cobra.Command{
		Use:   "convert IN OUT",
		Short: "Write a file of weights in another format, .safetensors or .pth, or with numbers of another type",
		Example: "  segtrain weights convert resnet34.pth resnet34.safetensors\n" +
			"  segtrain weights convert best.safetensors small.safetensors --type fp16",
		Args: arguments(cobra.ExactArgs(2), "two files"),
		RunE: func(_ *cobra.Command, args []string) error {
			return workflow.ConvertWeights(args[0], args[1], dtype)
		},
	}
	typeFlag(cmd, &dtype)
	return cmd
}

func (a *app) weightsExport() *cobra.Command {
	var dtype string
	cmd := &cobra.Command{
		Use:   "export RUN|FILE OUT",
		Short: "Write the weights of a run, or of a training checkpoint, as a plain state dict",
		Long: "Writes the best weights of a run, or the model's weights in a training checkpoint without optimizer and\n" +
			"prefixes, under the names of segmentation_models_pytorch. OUT ends in .safetensors, or in .pth or .pt,\n" +
			"which torch.load reads.",
		Example: "  segtrain weights export runs/a model.pth",
		Args:    arguments(cobra.ExactArgs(2), "a run or a file, and a file"),
		RunE: func(_ *cobra.Command, args []string) error {
			return workflow.ExportWeights(args[0], args[1], dtype)
		},
	}
	typeFlag(cmd, &dtype)
	return cmd
}

func (a *app) weightsImport() *cobra.Command {
	var o workflow.ImportOptions
	var prefix string
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Make a checkpoint of an encoder from another library's file",
		Long: "Finds the weights of an encoder in a file of timm, torchvision, EfficientNet-PyTorch, Lightning or\n" +
			"segmentation_models_pytorch, and writes them under the encoder's own names.",
		Example: "  segtrain weights import lite0.pth --encoder timm-efficientnet-lite0 --out lite0.safetensors\n" +
			"  segtrain weights import model.safetensors --encoder efficientnet-b0 --as imagenet",
		Args: arguments(cobra.ExactArgs(1), "a file of weights"),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.Encoder == "":
				return usageError{errors.New("import wants --encoder")}
			case (o.Out == "") == (o.As == ""):
				return usageError{errors.New("import wants --out or --as, one of the two")}
			}
			if cmd.Flags().Changed("prefix") {
				o.Prefix = &prefix
			}
			r, err := workflow.ImportWeights(args[0], o, a.logging().options())
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(r)
			}
			_, err = fmt.Fprintf(a.stdout, "%d tensors in %s\n", r.Tensors, short(r.Out))
			return err
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Encoder, "encoder", "", "the encoder")
	f.IntVar(&o.Channels, "channels", 3, "channels of the pictures it is for")
	f.StringVar(&prefix, "prefix", "", "what stands before the names in the file (default: found)")
	f.StringVarP(&o.Out, "out", "o", "", "file to write")
	f.StringVar(&o.As, "as", "", "name of pretrained weights in whose place they go, such as imagenet")
	return cmd
}

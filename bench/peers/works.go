package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"tessera/kernels"
)

// A work is something that contestants do; the first of them is ours.
type work struct {
	name, title string
	whole       bool // time whole processes, which get the files of prepareStart
	table       bool // contestants report rows of a table
	flops       int  // of one iteration, for the table to count by; 0 where it counts pictures
	contestants []contestant
}

// A contestant is a command that does the work and reports.
type contestant struct {
	name    string
	program program
	args    []string
}

// A program is what runs a contestant.
type program int

const (
	ourselves program = iota // this program, with -worker
	inPython                 // a script beside this file
	inGo                     // gopeers, the module below
)

// inGo tells whether gopeers must be built.
func (w work) inGo() bool {
	return slices.ContainsFunc(w.contestants, func(c contestant) bool { return c.program == inGo })
}

// choose returns the works with these names, joined by commas, or all; their order stays that of works.
func choose(only string) ([]work, error) {
	all := works()
	if only == "" {
		return all, nil
	}
	wanted := strings.Split(only, ",")
	for _, name := range wanted {
		if !slices.ContainsFunc(all, func(w work) bool { return w.name == name }) {
			return nil, fmt.Errorf("no work %q; there are: %s", name, names())
		}
	}
	return slices.DeleteFunc(all, func(w work) bool { return !slices.Contains(wanted, w.name) }), nil
}

// names lists the works.
func names() string {
	var list []string
	for _, w := range works() {
		list = append(list, w.name)
	}
	return strings.Join(list, ", ")
}

// works lists what is compared: kernels, and models. That which makes files for its contestants comes last: a process
// counts as its own the peak of the one that started it.
func works() []work { return slices.Concat(kernelWorks(), augmentWorks(), modelWorks()) }

func ours(args ...string) contestant {
	return contestant{"tessera", ourselves, append([]string{"-worker"}, args...)}
}

// in is ours in a precision.
func in(p kernels.Precision, args ...string) contestant {
	c := ours(append(args, p.String())...)
	c.name += " " + p.String()
	return c
}

func python(name, script string, args ...string) contestant {
	return contestant{name, inPython, append([]string{filepath.Join("bench", "peers", script)}, args...)}
}

// augmentWorks lists the table of augmentations: one thread each, for a loader has a worker a thread.
func augmentWorks() []work {
	return []work{{name: "augment", table: true, title: "augmentation of 512x512x3 bytes, one thread", contestants: []contestant{
		ours("augment"), python("albumentations", "augment_worker.py"),
	}}}
}

// modelWorks lists the works of the reference model. The shapes are written once, here: batch, height, width.
func modelWorks() []work {
	torch := func(name, mode, kind, shape string) contestant {
		return python(name, "torch_worker.py", kind, shape, mode)
	}
	ort := func(shape string) contestant { return python("onnxruntime", "ort_worker.py", shape) }
	return []work{
		{name: "train", title: "training step, Unet(efficientnet-b0, classes=11), 8×256×256, float32", contestants: []contestant{
			ours("train", "8,256,256"),
			torch("torch eager, channels_last", "channels_last", "train", "8,256,256"),
			torch("torch eager, NCHW", "nchw", "train", "8,256,256"),
			torch("torch.compile", "compile", "train", "8,256,256"),
		}},
		{name: "trainhalf", title: "training step, Unet(efficientnet-b0, classes=11), 8×256×256, bfloat16", contestants: []contestant{
			in(kernels.BFloat16, "train", "8,256,256"), in(kernels.BFloat16x3, "train", "8,256,256"), in(kernels.Float32, "train", "8,256,256"),
			torch("torch autocast bf16, channels_last", "bf16", "train", "8,256,256"),
			torch("torch.compile, autocast bf16", "compile_bf16", "train", "8,256,256"),
			torch("torch eager float32, channels_last", "channels_last", "train", "8,256,256"),
		}},
		{name: "inferhalf", title: "inference, 8×256×256, bfloat16", contestants: []contestant{
			in(kernels.BFloat16, "infer", "8,256,256"), in(kernels.BFloat16x3, "infer", "8,256,256"), in(kernels.Float32, "infer", "8,256,256"),
			{"onnxruntime, float32", inPython, ort("8,256,256").args},
			torch("torch autocast bf16, channels_last", "bf16", "infer", "8,256,256"),
		}},
		{name: "infer8", title: "inference, 8×256×256, float32", contestants: []contestant{
			ours("infer", "8,256,256"), ort("8,256,256"),
			torch("torch eager, channels_last", "channels_last", "infer", "8,256,256"),
			torch("torch.compile", "compile", "infer", "8,256,256"),
		}},
		{name: "infer1", title: "inference, one picture of 512×512, float32", contestants: []contestant{
			ours("infer", "1,512,512"), ort("1,512,512"),
			torch("torch eager, channels_last", "channels_last", "infer", "1,512,512"),
			torch("torch.compile", "compile", "infer", "1,512,512"),
		}},
		{name: "start", title: "from start to the first mask of a picture of 512×512, whole process", whole: true, contestants: []contestant{
			ours("start"), python("torch", "start_torch.py"),
		}},
	}
}

// kernelWorks lists the works of single kernels. Sizes are m,k,n of a product [m,k]·[k,n], or batch,height,width,channels
// of a convolution that keeps size and channels.
func kernelWorks() []work {
	torch := func(name, layout, kind, sizes string) contestant {
		return python(name, "torch_kernel.py", kind, sizes, layout)
	}
	gopeers := func(name, library, kind, sizes string) contestant {
		return contestant{name, inGo, []string{library, kind, sizes}}
	}
	const gemm, conv, dwWeight = "1024,1024,1024", "8,64,64,64", "8,32,32,240"
	return []work{
		{name: "gemm", title: "matrix product 1024x1024x1024, float32", flops: 2 << 30, contestants: []contestant{
			ours("gemm", gemm),
			torch("torch.matmul", "nchw", "gemm", gemm),
			gopeers("gonum, Sgemm", "gonum", "gemm", gemm),
			gopeers("gomlx, simplego, Dot", "gomlx", "gemm", gemm),
		}},
		{name: "conv", title: "convolution 3x3, 64 to 64 channels, 8x64x64, float32", flops: 2 * 8 * 64 * 64 * 9 * 64 * 64, contestants: []contestant{
			ours("conv", conv),
			torch("torch F.conv2d, channels_last", "channels_last", "conv", conv),
			torch("torch F.conv2d, NCHW", "nchw", "conv", conv),
			gopeers("gonum, im2col and Sgemm", "gonum", "conv", conv),
			gopeers("gomlx, simplego, Convolve", "gomlx", "conv", conv),
			gopeers("gomlx, simplego, patches and Dot", "gomlx-patches", "conv", conv),
		}},
		{
			name: "dwweight", title: "weight gradient of a depthwise convolution 5x5, 240 channels, 8x32x32",
			flops: 2 * 8 * 32 * 32 * 25 * 240, contestants: []contestant{
				ours("dwweight", dwWeight),
				torch("torch convolution_backward, channels_last", "channels_last", "dwweight", dwWeight),
				torch("torch convolution_backward, NCHW", "nchw", "dwweight", dwWeight),
			},
		},
	}
}

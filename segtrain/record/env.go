package record

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// Env is where a run happened, as env.json holds it.
type Env struct {
	Program   string   `json:"program"`
	Version   string   `json:"version"`            // module version, or the commit it was built from
	Modified  bool     `json:"modified,omitempty"` // built from a tree with changes that were not committed
	Go        string   `json:"go"`
	OS        string   `json:"os"`
	Arch      string   `json:"arch"`
	CPU       string   `json:"cpu"` // brand
	Cores     int      `json:"cores"`
	ISA       string   `json:"isa"`                 // the kernels that ran
	Threads   int      `json:"threads"`             // GOMAXPROCS
	Precision string   `json:"precision,omitempty"` // of the convolutions; empty before there was a choice: fp32
	Command   []string `json:"command"`
	Host      string   `json:"host,omitempty"`
	PID       int      `json:"pid,omitempty"`
}

// NewEnv describes this process; isa names the kernels in use.
func NewEnv(isa string) Env {
	e := Env{
		Program: "segtrain", Version: "unknown",
		Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		CPU: strings.TrimSpace(cpuid.CPU.BrandName), Cores: runtime.NumCPU(),
		ISA: isa, Threads: runtime.GOMAXPROCS(0), Command: os.Args,
		PID: os.Getpid(),
	}
	e.Host, _ = os.Hostname() // empty if unknown
	if e.CPU == "" {
		e.CPU = "unknown"
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		e.build(info)
	}
	return e
}

func (e *Env) build(info *debug.BuildInfo) {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		e.Version = v
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && e.Version == "unknown":
			e.Version = s.Value
		case s.Key == "vcs.modified":
			e.Modified = s.Value == "true"
		}
	}
}

package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/config"
	"tessera/segtrain/record"
	"tessera/segtrain/workflow"
)

// settings are the flags that change a configuration.
type settings struct {
	set       []string
	out       string
	threads   int
	precision string
	emulate   bool
}

// flags adds the flags to a command.
func (s *settings) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVar(&s.set, "set", nil, "change a key of the configuration, `key=value`; may be repeated")
	f.IntVar(&s.threads, "threads", 0, "threads to compute with; 0: as configured")
	f.StringVar(&s.precision, "precision", "", "fp32, fp16, bf16, bf16x3 or auto (default: as configured)")
	f.BoolVar(&s.emulate, "emulate", false, "compute bf16 in portable Go where no kernel multiplies so: very slow")
	if err := cmd.RegisterFlagCompletionFunc("set", completeSetting); err != nil {
		panic(err)
	}
}

// outFlag adds the flag for the run directory.
func (s *settings) outFlag(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&s.out, "out", "o", "", "run directory (default: as configured, else runs/TIME)")
}

// all returns the flags as settings of package config, more after those of --set.
func (s *settings) all(more ...string) []string {
	list := append(s.changes(), more...)
	if s.out != "" {
		list = append(list, "out="+s.out)
	}
	if s.threads != 0 {
		list = append(list, fmt.Sprintf("threads=%d", s.threads))
	}
	if s.emulate {
		list = append(list, "emulate=true")
	}
	return list
}

// changes returns those of the settings that results depend on.
func (s *settings) changes() []string {
	list := append([]string{}, s.set...)
	if s.precision != "" {
		list = append(list, "precision="+s.precision)
	}
	return list
}

// load reads a configuration file, or that of a run directory.
func (s *settings) load(path string) (*config.Config, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	if info.IsDir() {
		return workflow.LoadRun(path, s.all()...)
	}
	return config.Load(path, s.all()...)
}

// resume reads the configuration of a run to be continued, in which nothing but threads and emulation may change.
func (s *settings) resume(dir string) (*config.Config, error) {
	if len(s.set) > 0 || s.out != "" {
		return nil, usageError{errors.New("--resume goes on with a run as it was configured, so --set and --out " +
			"cannot be given; for other settings start a new run")}
	}
	if s.precision != "" {
		cfg, err := workflow.LoadRun(dir)
		if err != nil {
			return nil, err
		}
		if s.precision != cfg.Precision {
			return nil, usageError{fmt.Errorf("%s began with precision %s and goes on so; for %s start a new run, with "+
				"--set model.weights=%s for its weights", dir, cfg.Precision, s.precision, filepath.Join(dir, record.LastFile))}
		}
	}
	return workflow.LoadRun(dir, s.all()...)
}

// completeSetting completes keys and, after the equals sign, the names that a key may have.
func completeSetting(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	key, _, ok := strings.Cut(typed, "=")
	var list []string
	if ok {
		for _, name := range config.Choices(key) {
			list = append(list, key+"="+name)
		}
		return list, cobra.ShellCompDirectiveNoFileComp
	}
	for _, k := range config.Keys() {
		if strings.HasPrefix(k, typed) {
			list = append(list, k+"=")
		}
	}
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

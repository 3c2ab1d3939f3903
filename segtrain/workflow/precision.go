package workflow

import (
	"fmt"
	"log/slog"

	"tessera/kernels"
	"tessera/segtrain/config"
	"tessera/segtrain/record"
)

// PrecisionKey is the name under which weights hold the precision that they were trained in.
const PrecisionKey = "tessera.precision"

// precision returns that of a configuration, which has been checked.
func precision(cfg *config.Config) kernels.Precision {
	p, err := kernels.ParsePrecision(cfg.Precision)
	if err != nil { // auto that was set in code
		return kernels.Float32
	}
	return p
}

// storage returns in what activations of a configuration, which has been checked, wait for the backward pass.
func storage(cfg *config.Config) kernels.Storage {
	s, err := kernels.ParseStorage(cfg.Train.Activations)
	if err != nil { // a configuration that was made in code
		return kernels.StoreAuto
	}
	return s
}

// checkPrecision refuses a precision that would take this machine fifty times as long, unless that is wanted.
func checkPrecision(cfg *config.Config) error {
	u := kernels.Bfloat16Unit()
	if !precision(cfg).Rounds() || u.ISA >= kernels.AVX512 || cfg.Emulate {
		return nil
	}
	return cfg.Mistake("precision", "%s needs a processor with AMX, or with AVX-512 to imitate it%s; portable Go (%s) gives the "+
		"same bits some %d times slower than fp32: ask for it with --emulate, or use fp32", cfg.Precision, because(u), u.ISA, u.Slowness)
}

// because returns why there is no matrix unit, in brackets, where there is more to say than that the processor has none.
func because(u kernels.Unit) string {
	if u.Reason == "" {
		return ""
	}
	return " (" + u.Reason + ")"
}

// tellPrecision says what the precision costs, and what another would.
func tellPrecision(cfg *config.Config, log *slog.Logger) {
	u, p := kernels.Bfloat16Unit(), precision(cfg)
	switch {
	case p.Rounds() && u.ISA != kernels.AMX:
		log.Warn(fmt.Sprintf("%s is imitated here, with the same bits as on a processor with AMX%s: its products take about %d times "+
			"as long as those of fp32", p, because(u), u.Slowness*products(p)), "kernels", u.ISA)
	case cfg.WantsProposal() && u.ISA == kernels.AMX:
		log.Info("precision auto: fp32 is used; this processor multiplies in bfloat16, so bf16 (8 bits of significand) or bf16x3 " +
			"(16 bits) would be faster, with results of their own; see segtrain info --config")
	case cfg.WantsProposal():
		log.Info("precision auto: fp32 is used, and is the fastest on this processor" + because(u))
	}
}

// products returns how many products stand for one.
func products(p kernels.Precision) int {
	if p == kernels.BFloat16x3 {
		return 3
	}
	return 1
}

// env describes this process and its precision.
func (s *session) env() record.Env {
	e := record.NewEnv(kernels.Active().String())
	e.Precision = s.cfg.Precision
	return e
}

// samePrecision says so where a run to be resumed was begun in another precision than its configuration has now, and what
// resuming costs here.
func (s *session) samePrecision() error {
	tellPrecision(s.cfg, s.Log)
	start, err := record.ReadStart(s.run.Dir())
	if err != nil {
		return err
	}
	began := start.Precision
	if began == "" {
		began = kernels.Float32.String()
	}
	if began != s.cfg.Precision {
		s.Log.Warn("the run began in another precision: it will not end in the weights of one that was not interrupted",
			"began", began, "now", s.cfg.Precision)
	}
	return nil
}

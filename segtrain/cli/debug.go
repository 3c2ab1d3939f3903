package cli

import (
	"errors"
	"fmt"
	"strings"

	"tessera/segtrain/config"
	"tessera/segtrain/workflow"
)

// debug tests what a configuration trains, in place of training.
func (a *app) debug(cfg *config.Config) error {
	out := a.logging()
	ctx, release := interruptible(func() { out.log.Warn("finishing this step; interrupt again to quit at once") })
	defer release()
	d, err := workflow.Debug(ctx, cfg, workflow.Options{Log: out.log, Progress: out.progress()})
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(d)
	} else {
		err = a.printDebug(cfg, d)
	}
	if failed := d.Failed(); err == nil && len(failed) > 0 {
		var names []string
		for _, c := range failed {
			names = append(names, c.Name)
		}
		return errors.New("the debug run failed: " + strings.Join(names, ", "))
	}
	return err
}

// printDebug prints the verdict, and how to go on.
func (a *app) printDebug(cfg *config.Config, d *workflow.DebugResult) error {
	var rows [][2]string
	for _, c := range d.Checks {
		rows = append(rows, [2]string{string(c.Verdict) + "  " + c.Name, c.Text})
		for _, cure := range c.Cures {
			rows = append(rows, [2]string{"", "- " + cure})
		}
	}
	if err := a.printTable(rows); err != nil {
		return err
	}
	dir := short(d.Dir)
	fmt.Fprintf(a.stdout, "\nPictures  %s/%s\nReport    %s/report.html\n", dir, workflow.PictureFolder, dir)
	if !d.Passed {
		fmt.Fprint(a.stdout, "\nPut right what failed and start again; --set debug=false trains all the same.\n")
		return nil
	}
	fmt.Fprintf(a.stdout, "\nThe run will take %v.\nTo start it: %s, or --set debug=false\n", d.Forecast, switchOff(cfg))
	return nil
}

// switchOff says which line ends debugging.
func switchOff(cfg *config.Config) string {
	where := cfg.Where("debug")
	if where == "" || strings.HasPrefix(where, "--set") {
		return "leave out --set debug=true"
	}
	return "write debug: false in " + short(where)
}

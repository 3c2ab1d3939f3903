// Package cli is the command line of segtrain. A command is one small file: flags become a configuration, one call of
// package workflow does the work, and its result is printed.
//
// Results go to standard output, as text or with --json as JSON; messages and progress go to standard error.
package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/train"
)

// Exit codes.
const (
	ExitOK          = 0
	ExitError       = 1
	ExitUsage       = 2
	ExitInterrupted = 130 // as a shell reports a process that Ctrl-C ended
)

// Run executes a command line without the program's name and returns the exit code.
func Run(args []string, stdout, stderr io.Writer) int {
	a := &app{stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteC()
	var usage usageError
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, train.ErrInterrupted):
		fmt.Fprintf(stderr, "segtrain: %v\n", err)
		return ExitInterrupted
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "segtrain: %v\nSee %s --help.\n", err, cmd.CommandPath())
		return ExitUsage
	}
	fmt.Fprintf(stderr, "segtrain: %v\n", err)
	return ExitError
}

// An app is one execution: its outputs and the flags that all commands share.
type app struct {
	stdout, stderr       io.Writer
	json, logJSON, quiet bool

	from, reason string // of a new run: see workflow.Options
	again        bool
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "segtrain",
		Short: "Train networks that segment pictures",
		Long: "segtrain trains a network to tell what each pixel of a picture shows, from a folder of images and\n" +
			"a folder of masks, on the processor alone. Begin with: segtrain demo",
		SilenceUsage:  true,
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2,

		Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags := root.PersistentFlags()
	flags.BoolVar(&a.json, "json", false, "print results as JSON")
	flags.BoolVar(&a.logJSON, "log-json", false, "write messages as JSON, one a line")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "write warnings and errors only")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddGroup(&cobra.Group{ID: "work", Title: "Commands:"}, &cobra.Group{ID: "help", Title: "More:"})
	root.SetHelpCommandGroupID("help")
	root.SetCompletionCommandGroupID("help")
	root.AddCommand(a.demo(), a.init(), a.solve(), a.data(), a.split(), a.augment(), a.train(), a.cv(), a.pseudo(),
		a.audit(), a.sweep(), a.eval(), a.average(), a.predict(), a.ensemble(), a.post(), a.gate(), a.tta(), a.submit(),
		a.plan(), a.runs(), a.weights(), a.config(), a.recipes(), a.schedule(), a.info(), a.models(), a.bench(), a.version())
	return root
}

// unknownCommand refuses what is no command and proposes one that is.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("no command %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return usageError{errors.New(text)}
}

// A usageError is a command line that makes no sense.
type usageError struct{ error }

// Unwrap returns the reason.
func (e usageError) Unwrap() error { return e.error }

// arguments makes a check of positional arguments say what is wanted.
func arguments(check cobra.PositionalArgs, wanted string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%s wants %s", cmd.Name(), wanted)}
		}
		return nil
	}
}

package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tessera/segtrain/recipes"
)

func (a *app) recipes() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "recipes",
		Short:   "Presets that won competitions, or that many train with",
		GroupID: "work",
		Args:    unknownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(a.recipesList(), a.recipesShow())
	return cmd
}

func (a *app) recipesList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the recipes",
		Args:  arguments(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			list := recipes.List()
			if a.json {
				return a.printJSON(list)
			}
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			for _, r := range list {
				fmt.Fprintf(w, "%s\t%s\n", r.Name, r.Title)
			}
			return w.Flush()
		},
	}
}

func (a *app) recipesShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show NAME",
		Short:   "Print a recipe: its source, what differs from it, and its keys",
		Example: "  segtrain recipes show tgs-4th",
		Args:    arguments(cobra.ExactArgs(1), "a name; see segtrain recipes list"),

		ValidArgsFunction: recipeNames,
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := recipes.Find(args[0])
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(r)
			}
			_, err = fmt.Fprint(a.stdout, r.Text)
			return err
		},
	}
}

// completeRecipes completes the names of --recipe.
func completeRecipes(cmd *cobra.Command) {
	if err := cmd.RegisterFlagCompletionFunc("recipe", recipeNames); err != nil {
		panic(err)
	}
}

func recipeNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, r := range recipes.List() {
		names = append(names, r.Name+"\t"+r.Title)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

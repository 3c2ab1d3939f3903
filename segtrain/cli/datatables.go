package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"tessera/segtrain/report"
	"tessera/segtrain/survey"
)

// printSurveyText prints the tables.
func (a *app) printSurveyText(s *survey.Survey) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "part\timages\twith a mask\tgroups\tunreadable\n")
	for _, p := range s.Parts {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\n", p.Name, p.Images, p.Labelled, p.Groups, p.Failed)
	}
	fmt.Fprintf(w, "\nheight × width\tchannels\tbits\timages\n")
	for _, z := range s.Sizes[:min(len(s.Sizes), most)] {
		fmt.Fprintf(w, "%d × %d\t%d\t%d\t%d\n", z.Height, z.Width, z.Channels, z.Bits, z.Images)
	}
	more(w, len(s.Sizes))
	printClasses(w, s)
	printTogether(w, s)
	printLabels(w, s)
	printValues(w, s)
	if err := w.Flush(); err != nil {
		return err
	}
	verb, pairs := "show", "pairs of them are parted"
	if s.Empty == 1 {
		verb = "shows"
	}
	if len(s.Leaks) == 1 {
		pairs = "pair of them is parted"
	}
	fmt.Fprintf(a.stdout, "\n%s %s nothing but %s. %s of images that look the same; %d %s.\n",
		plural(s.Empty, "mask"), verb, s.Classes[0].Name, plural(len(s.Alike), "set"), len(s.Leaks), pairs)
	fmt.Fprintf(a.stdout, "\nThe training images' channels, for the configuration:\n%s", report.StatsYAML(s.Channels))
	for _, f := range s.Findings {
		level := "mistake"
		if f.Warning {
			level = "warning"
		}
		fmt.Fprintf(a.stdout, "\n%s: %s: %s", level, f.Kind, f)
	}
	if len(s.Findings) > 0 {
		fmt.Fprintln(a.stdout)
	}
	return nil
}

// printClasses prints how much there is of each class.
func printClasses(w io.Writer, s *survey.Survey) {
	fmt.Fprintf(w, "\nclass\tof pixels\timages\t%s\n", strings.Join(partNames(s), "\t"))
	for _, c := range append(s.Classes[:len(s.Classes):len(s.Classes)], s.Ignored) {
		fmt.Fprintf(w, "%s\t%.2f %%\t%d%s\n", c.Name, 100*c.Share, c.Images, tabbed(c.ByPart))
	}
}

// printTogether prints in how many images two classes occur, where that fits a terminal.
func printTogether(w io.Writer, s *survey.Survey) {
	const fits = 16
	if len(s.Classes) > fits {
		fmt.Fprintf(w, "\nWhich classes occur together, of so many, is in --json and on the page of --out.\n")
		return
	}
	fmt.Fprint(w, "\nimages with both")
	for k := range s.Classes {
		fmt.Fprintf(w, "\t%d", k)
	}
	fmt.Fprintln(w)
	for k, c := range s.Classes {
		fmt.Fprintf(w, "%d %s%s\n", k, c.Name, tabbed(s.Together[k]))
	}
}

// printLabels prints the labels of whole images, where there are any.
func printLabels(w io.Writer, s *survey.Survey) {
	if len(s.Labels) == 0 {
		return
	}
	fmt.Fprintf(w, "\nlabel\timages\t%s\n", strings.Join(partNames(s), "\t"))
	for _, l := range s.Labels[:min(len(s.Labels), most)] {
		fmt.Fprintf(w, "%s\t%d%s\n", l.Name, l.Images, tabbed(l.ByPart))
	}
	more(w, len(s.Labels))
}

// printValues prints the values of mask files, which regions do not have.
func printValues(w io.Writer, s *survey.Survey) {
	if len(s.Values) == 0 {
		return
	}
	fmt.Fprintf(w, "\nmask value\tpixels\timages\n")
	for _, v := range s.Values[:min(len(s.Values), most)] {
		name := v.Color
		if name == "" {
			name = fmt.Sprint(v.Value)
		}
		fmt.Fprintf(w, "%s\t%d\t%d\n", name, v.Pixels, v.Images)
	}
	more(w, len(s.Values))
}

// tabbed are numbers as the rest of a line of a table.
func tabbed(numbers []int) string {
	var b strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&b, "\t%d", n)
	}
	return b.String()
}

// plural is a number of things.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// most is how many lines of a table are printed.
const most = 30

// more says how many lines are not printed.
func more(w io.Writer, n int) {
	if n > most {
		fmt.Fprintf(w, "and %d more: --json has them\n", n-most)
	}
}

func partNames(s *survey.Survey) []string {
	var names []string
	for _, p := range s.Parts {
		names = append(names, p.Name)
	}
	return names
}

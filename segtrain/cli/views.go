package cli

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tessera/segtrain/workflow"
)

// viewing are the flags of test-time augmentation and of tiles, which stand for keys below predict.
type viewing struct{ tta, tile string }

func (v *viewing) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&v.tta, "tta", "", "`views` to average, such as hflip,scale=0.75:1.25 (predict.tta); none: the picture alone")
	f.StringVar(&v.tile, "tile", "", "`size` of tiles of pictures at their own size, such as 512 or 384x512 (predict.tile)")
	err := cmd.RegisterFlagCompletionFunc("tta", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return workflow.ViewNames(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err)
	}
}

// given tells whether any of the flags is there.
func (v *viewing) given() bool { return v.tta != "" || v.tile != "" }

// settings returns the flags as settings of package config.
func (v *viewing) settings() ([]string, error) {
	var list []string
	if v.tta != "" {
		list = append(list, "predict.tta="+viewList(v.tta))
	}
	if v.tile == "" {
		return list, nil
	}
	high, wide, two := strings.Cut(v.tile, "x")
	if !two {
		wide = high
	}
	h, err := strconv.Atoi(high)
	w, err2 := strconv.Atoi(wide)
	if err != nil || err2 != nil {
		return nil, usageError{fmt.Errorf("--tile %s: wants a size, such as 512, or a height and a width, such as 384x512", v.tile)}
	}
	return append(list, fmt.Sprintf("predict.tile=[%d, %d]", h, w)), nil
}

// viewList returns views with commas between as a list in YAML.
func viewList(text string) string {
	if text == "none" {
		return "[]"
	}
	var quoted []string
	for name := range strings.SplitSeq(text, ",") {
		quoted = append(quoted, strconv.Quote(strings.TrimSpace(name)))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// Gains are what views and several members are worth, in mean IoU, as measured out of fold.
type Gains struct {
	Views   map[string]float64 `json:"views"`   // by the list of views, as in "hflip" or "hflip --tile 512x512", over the picture alone
	Members map[int]float64    `json:"members"` // by their number, over the mean of their scores
}

// ReadGains reads files of gains and brings them together; of two numbers for one thing the later counts. A file is what
// segtrain tta --json printed, what segtrain ensemble --json printed, or written by hand:
//
//	{"views": {"hflip": 0.004, "d4": 0.006}, "members": {"2": 0.010, "5": 0.016}}
func ReadGains(files ...string) (Gains, error) {
	g := Gains{Views: map[string]float64{}, Members: map[int]float64{}}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return g, fmt.Errorf("gains: %w", err)
		}
		if err := g.add(text); err != nil {
			return g, fmt.Errorf("gains %s: %w", file, err)
		}
	}
	return g, nil
}

// measured are the keys that tell results apart, and what of them is wanted.
type measured struct {
	Sets *[]struct { // of segtrain tta
		Name string  `json:"name"`
		Gain float64 `json:"pooled_gain"`
	} `json:"sets"`
	Equal   *float64        `json:"equal"` // of segtrain ensemble: mean IoU of all members together
	Members json.RawMessage `json:"members"`
	Views   json.RawMessage `json:"views"`
}

func (g *Gains) add(text []byte) error {
	var m measured
	if err := json.Unmarshal(text, &m); err != nil {
		return err
	}
	switch {
	case m.Sets != nil:
		for _, s := range *m.Sets {
			g.Views[s.Name] = s.Gain
		}
	case m.Equal != nil:
		var list []struct {
			MeanIoU float64 `json:"mean_iou"`
		}
		if err := json.Unmarshal(m.Members, &list); err != nil || len(list) < 2 {
			return errors.New("has no members to compare their mean with")
		}
		mean := 0.0
		for _, x := range list {
			mean += x.MeanIoU / float64(len(list))
		}
		g.Members[len(list)] = *m.Equal - mean
	case m.Views != nil || m.Members != nil:
		return json.Unmarshal(text, g) // into the maps that are there
	default:
		return errors.New(`holds neither "sets", as of segtrain tta --json, nor "equal", as of segtrain ensemble --json, nor "views" or "members"`)
	}
	return nil
}

package workflow

import (
	"fmt"

	"tessera/segtrain/config"
	"tessera/segtrain/post"
)

func init() {
	for _, name := range post.StepNames() {
		config.Register("predict.post", config.Choice{
			Name: name, Doc: post.Doc(name), Settings: func() any { s, _ := post.New(name, nil); return s },
		})
	}
}

// postOf returns what the probabilities of a configuration are of.
func postOf(cfg *config.Config, classes []string) post.Of {
	return post.Of{Task: task(cfg), Classes: classes, Thresholds: cfg.Predict.Threshold}
}

// postSteps returns the steps that the configuration lists.
func postSteps(cfg *config.Config) (list []post.Step, err error) {
	for i, part := range cfg.Predict.Post {
		s, err := post.New(part.Name, func(into any) error { return part.Decode(into) })
		if err != nil {
			return nil, located(cfg, fmt.Sprintf("predict.post.%d", i), err)
		}
		list = append(list, s)
	}
	return list, nil
}

// newPost chains the steps that the configuration lists; nil if there are none.
func newPost(cfg *config.Config, classes []string) (*post.Chain, error) {
	steps, err := postSteps(cfg)
	if err != nil || len(steps) == 0 {
		return nil, err
	}
	for i := range steps { // one more at a time, so that the message has the line of the first that does not fit
		if _, err := post.NewChain(postOf(cfg, classes), steps[:i+1]); err != nil {
			return nil, cfg.Mistake(fmt.Sprintf("predict.post.%d", i), "%v", err)
		}
	}
	return post.NewChain(postOf(cfg, classes), steps)
}

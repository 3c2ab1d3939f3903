package metric

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tessera/internal/near"
)

// What follows is defined as in segmentation_models_pytorch.metrics, under its names. A score whose denominator is zero
// is NaN; a likelihood ratio may be infinite.

// F returns (1+β²)·TP / ((1+β²)·TP + β²·FN + FP), the F-score; β = 1 makes it Dice.
func (c Counts) F(beta float64) float64 {
	b := float64(beta * beta)
	hit := float64((1 + b) * float64(c.TP))
	return hit / (hit + float64(b*float64(c.FN)) + float64(c.FP))
}

func (c Counts) dice() float64 { return c.F(1) }

// IoU returns TP / (TP + FP + FN).
func (c Counts) IoU() float64 { return ratio(c.TP, c.TP+c.FP+c.FN) }

// Accuracy returns the part of the pixels that are right.
func (c Counts) Accuracy() float64 { return ratio(c.TP+c.TN, c.TP+c.FP+c.FN+c.TN) }

// Precision returns TP / (TP + FP), the positive predictive value.
func (c Counts) Precision() float64 { return ratio(c.TP, c.TP+c.FP) }

// Recall returns TP / (TP + FN), the sensitivity.
func (c Counts) Recall() float64 { return ratio(c.TP, c.TP+c.FN) }

// Specificity returns TN / (TN + FP).
func (c Counts) Specificity() float64 { return ratio(c.TN, c.TN+c.FP) }

// scores are the metrics of counts by name; other names of the same follow a bar.
var scores = []struct {
	names string
	of    func(Counts) float64
}{
	{"iou|iou_score|jaccard", Counts.IoU},
	{"f1|f1_score|dice", Counts.dice},
	{"accuracy", Counts.Accuracy},
	{"precision", Counts.Precision},
	{"recall", Counts.Recall},
	{"sensitivity", Counts.Recall},
	{"specificity", Counts.Specificity},
	{"balanced_accuracy", func(c Counts) float64 { return (c.Recall() + c.Specificity()) / 2 }},
	{"positive_predictive_value|ppv", Counts.Precision},
	{"negative_predictive_value|npv", func(c Counts) float64 { return ratio(c.TN, c.TN+c.FN) }},
	{"false_negative_rate|fnr", func(c Counts) float64 { return ratio(c.FN, c.TP+c.FN) }},
	{"false_positive_rate|fpr", func(c Counts) float64 { return ratio(c.FP, c.TN+c.FP) }},
	{"false_discovery_rate|fdr", func(c Counts) float64 { return ratio(c.FP, c.TP+c.FP) }},
	{"false_omission_rate|for", func(c Counts) float64 { return ratio(c.FN, c.TN+c.FN) }},
	{"positive_likelihood_ratio|lr+", func(c Counts) float64 { return c.Recall() / ratio(c.FP, c.TN+c.FP) }},
	{"negative_likelihood_ratio|lr-", func(c Counts) float64 { return ratio(c.FN, c.TP+c.FN) / c.Specificity() }},
}

// Names returns the metrics that ScoreOf knows, but for F-scores of any β.
func Names() []string {
	var list []string
	for _, s := range scores {
		name, _, _ := strings.Cut(s.names, "|")
		list = append(list, name)
	}
	return list
}

// ScoreOf returns a metric by its name: one of Names, or fβ for a positive number β (f2, f0.5). Short names (dice, ppv,
// npv, fnr, fpr, fdr, for, lr+, lr-) are known too.
func ScoreOf(name string) (func(Counts) float64, error) {
	for _, s := range scores {
		if slices.Contains(strings.Split(s.names, "|"), name) {
			return s.of, nil
		}
	}
	if rest, ok := strings.CutPrefix(name, "f"); ok {
		if beta, err := strconv.ParseFloat(rest, 64); err == nil && beta > 0 && beta < 1e6 {
			return func(c Counts) float64 { return c.F(beta) }, nil
		}
	}
	return nil, fmt.Errorf("no metric %s, and fβ such as f2", near.None(name, Names()))
}

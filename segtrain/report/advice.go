package report

import (
	"fmt"
	"math"
)

// lookAt says what a reader should look at first, from the numbers alone.
func lookAt(r Report) []string {
	var s []string
	s = append(s, weakest(r)...)
	s = append(s, absent(r)...)
	s = append(s, progress(r)...)
	if len(r.Worst) > 0 {
		s = append(s, "The worst images below: are they hard, or is their truth wrong?")
	}
	return s
}

// weakest names the class with the lowest IoU and what its pixels are taken for most.
func weakest(r Report) []string {
	m := r.Metrics
	worst := -1
	for k, c := range m.PerClass {
		if c.Present && (worst < 0 || c.IoU < m.PerClass[worst].IoU) {
			worst = k
		}
	}
	if worst < 0 || len(m.PerClass) < 2 {
		return nil
	}
	c := m.PerClass[worst]
	text := fmt.Sprintf("%s is the weakest class (IoU %s)", c.Name, score(float64(c.IoU)))
	if worst >= len(m.Confusion) {
		return []string{text + "."}
	}
	taken, sum := -1, int64(0)
	for k, n := range m.Confusion[worst] {
		sum += n
		if k != worst && n > 0 && (taken < 0 || n > m.Confusion[worst][taken]) {
			taken = k
		}
	}
	if taken >= 0 {
		share := float64(m.Confusion[worst][taken]) / float64(sum)
		text += fmt.Sprintf(": %s of its pixels are taken for %s", percent(share), m.PerClass[taken].Name)
	}
	return []string{text + "."}
}

func absent(r Report) []string {
	var s []string
	for _, c := range r.Metrics.PerClass {
		if !c.Present {
			s = append(s, c.Name+" is in no validation mask and in no prediction: it does not count in the means.")
		}
	}
	return s
}

// progress reads the epochs: did it still improve, or had it begun to learn the training images by heart?
func progress(r Report) []string {
	if len(r.Epochs) < 3 {
		return nil
	}
	last := r.Epochs[len(r.Epochs)-1]
	lowest := Epoch{ValLoss: math.NaN()}
	for _, e := range r.Epochs {
		if math.IsNaN(lowest.ValLoss) || e.ValLoss < lowest.ValLoss {
			lowest = e
		}
	}
	switch {
	case last.ValLoss > 1.1*lowest.ValLoss:
		return []string{fmt.Sprintf("Validation loss was lowest at epoch %d and has risen by %s since: the model is "+
			"learning its training images by heart; augment more, or train less.",
			lowest.Epoch, percent(last.ValLoss/lowest.ValLoss-1))}
	case r.BestEpoch == last.Epoch:
		return []string{"The last epoch was the best: training longer may help."}
	}
	return nil
}

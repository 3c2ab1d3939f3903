package refine

import "tessera/segtrain/metric"

// noise estimates the labels that are wrong: the confident joint of all images, calibrated so that each given class has as many
// pixels as there are labels (Northcutt et al. 2021, eq. 3, without dividing by the number of pixels).
func (a *Auditor) noise(r *Audit, usual []float64) {
	n := a.opt.Classes
	joint, area, given := make([]int64, n*n), make([]int64, n*n), make([]int64, n)
	for _, l := range a.images {
		for k := range joint {
			joint[k] += l.tallies.joint[k]
			area[k] += l.tallies.area[k]
		}
		for k := range given {
			given[k] += l.tallies.given[k]
		}
	}
	truth := make([]float64, n)
	for class := range n {
		row, sum := make([]float64, n), int64(0)
		for _, v := range joint[class*n:][:n] {
			sum += v
		}
		for k, v := range joint[class*n:][:n] {
			switch {
			case sum > 0:
				row[k] = float64(float64(v) / float64(sum) * float64(given[class]))
			case k == class: // confident of nothing: as it is
				row[k] = float64(given[class])
			}
			truth[k] += row[k]
		}
		r.Joint = append(r.Joint, row)
		r.Suggested = append(r.Suggested, area[class*n:][:n])
	}
	for class := range n {
		c := ClassNoise{Class: class, Pixels: given[class], Usual: metric.Score(usual[class])}
		right := r.Joint[class][class]
		if given[class] > 0 {
			c.Wrong = 1 - right/float64(given[class])
		}
		if truth[class] > 0 {
			c.Missed = 1 - right/truth[class]
		}
		r.Noise = append(r.Noise, c)
	}
}

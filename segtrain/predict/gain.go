package predict

import "math"

// A Trial is what predicting some images in one way came to.
type Trial struct {
	Name    string
	Views   []View    // of a picture; none for the picture alone
	MeanIoU float64   // over the pixels of all images
	Scores  []float64 // mean IoU of each image, NaN where nothing counts
	Seconds float64   // of the clock, of all images
}

// A Gain compares a trial with the plain one, image by image.
type Gain struct {
	Name          string  `json:"name"`
	Views         int     `json:"views"`
	Cost          float64 `json:"cost"` // pixels that the network sees, in those of the picture alone
	MeanIoU       float64 `json:"mean_iou"`
	PooledGain    float64 `json:"pooled_gain"` // of MeanIoU
	Gain          float64 `json:"gain"`        // mean over images of the difference of their mean IoU
	SE            float64 `json:"se"`          // its standard error: the deviation (n−1) of the differences over √n
	Images        int     `json:"images"`      // that count
	Seconds       float64 `json:"seconds"`     // of the clock, an image
	GainPerSecond float64 `json:"gain_per_second"`
	BeyondNoise   bool    `json:"beyond_noise"` // Gain is above NoiseErrors standard errors
}

// NoiseErrors is how many standard errors of a gain chance explains.
const NoiseErrors = 2

const fewImages = 5 // with fewer nothing is beyond noise

// Gains compares trials on the same images with the plain one. The gain per second is that of the additional seconds, reckoned from
// the additional cost and what a picture's pixels took in all trials together: the order of gains per second is that of gains per
// cost, and a busy machine does not change it.
func Gains(plain Trial, trials []Trial) []Gain {
	seconds, pictures := plain.Seconds, float64(len(plain.Scores))
	for _, t := range trials {
		seconds += t.Seconds
		pictures += float64(Cost(t.Views) * float64(len(t.Scores)))
	}
	var list []Gain
	for _, t := range trials {
		g := Gain{Name: t.Name, Views: max(1, len(t.Views)), Cost: Cost(t.Views), MeanIoU: t.MeanIoU, PooledGain: t.MeanIoU - plain.MeanIoU}
		g.Gain, g.SE, g.Images = paired(plain.Scores, t.Scores)
		g.Seconds = t.Seconds / float64(max(1, len(t.Scores)))
		if seconds > 0 {
			g.GainPerSecond = g.perCost() / (seconds / pictures)
		}
		g.BeyondNoise = g.Images >= fewImages && g.Gain > NoiseErrors*g.SE
		list = append(list, g)
	}
	return list
}

// perCost returns the gain for each picture's worth of additional pixels; 0 where there are none.
func (g Gain) perCost() float64 {
	if g.Cost <= 1 {
		return 0
	}
	return g.Gain / (g.Cost - 1)
}

// paired returns the mean of b−a, its standard error, and how many pairs are numbers.
func paired(a, b []float64) (mean, se float64, n int) {
	var differences []float64
	for i, x := range a {
		if d := b[i] - x; !math.IsNaN(d) {
			differences = append(differences, d)
			mean += d
		}
	}
	n = len(differences)
	if n == 0 {
		return 0, math.NaN(), 0
	}
	mean /= float64(n)
	sum := 0.0
	for _, d := range differences {
		sum += float64((d - mean) * (d - mean))
	}
	if n == 1 {
		return mean, math.NaN(), 1
	}
	return mean, math.Sqrt(sum / float64(n-1) / float64(n)), n
}

// Best returns the gain beyond noise that costs least for what it brings; nil if none is. It follows from what was predicted alone,
// not from the clock.
func Best(gains []Gain) *Gain {
	var best *Gain
	for i, g := range gains {
		if g.BeyondNoise && (best == nil || g.perCost() > best.perCost()) {
			best = &gains[i]
		}
	}
	return best
}

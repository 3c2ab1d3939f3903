package metric

// ClassCount is what an image says of a class: pixels of it in truth and in prediction, and those in both. The scores of a
// set of images follow from the sums of their counts.
type ClassCount struct {
	Class      int
	Both       int64 // true positives
	Truth      int64
	Prediction int64
}

// IoU returns the intersection over the union; NaN if the class does not occur.
func (c ClassCount) IoU() float64 {
	return float64(c.Both) / float64(c.Truth+c.Prediction-c.Both)
}

// Dice returns twice the intersection over the sum of both areas; NaN if the class does not occur.
func (c ClassCount) Dice() float64 { return float64(2*c.Both) / float64(c.Truth+c.Prediction) }

// Add returns the sum of two counts of one class.
func (c ClassCount) Add(other ClassCount) ClassCount {
	c.Both += other.Both
	c.Truth += other.Truth
	c.Prediction += other.Prediction
	return c
}

// ImageCounts returns the counts of the classes that occur in the truth or the prediction of an image, in order of the
// classes.
func (s *Stats) ImageCounts(image int) []ClassCount {
	var list []ClassCount
	for k, c := range s.rows[image*s.classes:][:s.classes] {
		if c.Present() {
			list = append(list, ClassCount{Class: k, Both: c.TP, Truth: c.TP + c.FN, Prediction: c.TP + c.FP})
		}
	}
	return list
}

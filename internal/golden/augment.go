package golden

// Augment is what OpenCV and Albumentations make of a smooth picture of Height×Width, given drawn parameters.
type Augment struct {
	Height, Width int
	Places        [][2]int // of the samples, y and x; those outside of a result are left out
	Cases         []AugmentCase
	Symmetries    map[string][][]int // of the 3×4 pixels 0 to 11, by Albumentations' names
	Borders       map[string][][]int // the 2×3 pixels 1 to 6 with 3, 4, 5, 4 more at the top, bottom, left and right
}

// AugmentCase is a transform with its drawn numbers, and samples of its result.
type AugmentCase struct {
	Name    string
	Mode    string
	Numbers []float64
	Size    []int
	Samples []float64
}

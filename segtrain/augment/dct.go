package augment

// dctScale is what a row or column of kernels.ByteDCT lacks to the orthonormal transform, times √8.
var dctScale = [8]float64{1, 1.387039845322148, 1.306562964876377, 1.175875602419359, 1, 0.785694958387102,
	0.541196100146197, 0.275899379282943}

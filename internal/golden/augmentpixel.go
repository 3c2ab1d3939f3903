package golden

import "encoding/json"

// AugmentPixel is augment_pixel.json: what Albumentations 2.0.8 makes of a small 8-bit picture. Values are every 61st
// sample.
type AugmentPixel struct {
	Cases   []PixelCase  `json:"cases"`
	Weather PixelWeather `json:"weather"`
	Noise   []PixelNoise `json:"noise"`
}

// PixelCase is the result of one transform, in whose settings nothing is left to chance.
type PixelCase struct {
	Name      string          `json:"name"`
	Settings  json.RawMessage `json:"settings"`
	Channels  int             `json:"channels"`
	Tolerance int             `json:"tolerance"` // the largest difference of a sample, of 255
	Mean      float64         `json:"mean"`
	Value     []int           `json:"value"`
}

// PixelWeather is shadows and fog, with everything that is drawn.
type PixelWeather struct {
	Corners     [][][2]int `json:"corners"` // x, y
	Intensities []float64  `json:"intensities"`
	Shadow      []int      `json:"shadow"`
	Discs       [][3]int   `json:"discs"` // y, x, radius
	Alpha       float64    `json:"alpha"`
	Fog         []int      `json:"fog"`
}

// PixelNoise is the mean and standard deviation of 512×512×3 samples of 120 after a transform.
type PixelNoise struct {
	Name     string          `json:"name"`
	Settings json.RawMessage `json:"settings"`
	Mean     float64         `json:"mean"`
	Std      float64         `json:"std"`
}

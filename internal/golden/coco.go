package golden

// COCO is coco.json: what the COCO API makes of polygons and masks.
type COCO struct {
	Polygons []struct {
		XY []float64 `json:"xy"`
		Region
	} `json:"polygons"`
	Unions []struct {
		Polygons [][]float64 `json:"polygons"`
		Region
	} `json:"unions"`
	Masks []struct {
		Plain []int `json:"plain"` // uncompressed counts
		Region
	} `json:"masks"`
}

// Region is a region of an H×W picture in COCO's compressed form.
type Region struct {
	H      int    `json:"h"`
	W      int    `json:"w"`
	Counts string `json:"counts"`
	Area   int    `json:"area"`
}

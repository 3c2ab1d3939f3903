package refine

import "tessera/segtrain/metric"

// An Audit is what an Auditor came to. Classes are indices; of flags two a class: see Auditor.
type Audit struct {
	Thresholds []float64    `json:"thresholds"` // mean probability of a class where it is given; above 1 for one that never is
	Images     []Suspect    `json:"images"`     // the most suspicious first
	Findings   []Finding    `json:"findings"`   // likewise
	Noise      []ClassNoise `json:"noise"`      // by class
	Joint      [][]float64  `json:"joint"`      // given × true: estimated pixels, as Northcutt et al. calibrate the confident joint
	Suggested  [][]int64    `json:"suggested"`  // given × suggested: contradicted pixels
}

// A Suspect is an image and how suspicious its labels are.
type Suspect struct {
	Rank          int          `json:"rank"` // from 1
	ID            string       `json:"id"`
	Score         float64      `json:"score"` // sum of the next two, each in deviations from the median of all images
	IoUDoubt      float64      `json:"iou_doubt"`
	Contradiction float64      `json:"contradiction"`
	MeanIoU       float64      `json:"mean_iou"`     // over the classes that are given or predicted
	Contradicted  float64      `json:"contradicted"` // share of the pixels that count, of flags of the labels
	Classes       []ClassDoubt `json:"classes"`      // of which enough is there to be judged, the most doubtful first
}

// ClassDoubt is a class in an image.
type ClassDoubt struct {
	Class        int     `json:"class"`
	IoU          float64 `json:"iou"`
	Usual        float64 `json:"usual"` // median over images
	Z            float64 `json:"z"`     // by how many usual deviations it is lower
	Pixels       int64   `json:"pixels"`
	Contradicted int64   `json:"contradicted"` // pixels with that label; of flags also those that should have it
	Suggested    int     `json:"suggested"`    // class that most of these should be, -1 for none
}

// A Finding is a region of an image.
type Finding struct {
	Rank  int     `json:"rank"` // from 1
	ID    string  `json:"id"`
	Score float64 `json:"score"` // of the image's pixels, in parts of what is usual for the two classes
	Region
}

// ClassNoise is how many labels of a class are estimated to be wrong.
type ClassNoise struct {
	Class  int          `json:"class"`
	Pixels int64        `json:"pixels"` // with that label
	Wrong  float64      `json:"wrong"`  // share of them that should be another class
	Missed float64      `json:"missed"` // share of the class's true pixels that have another label
	Usual  metric.Score `json:"usual"`  // median IoU in an image; NaN for a class that too few images show
}

package ensemble

import "math"

// sampleValues is how many probabilities a Sample keeps, of all images and members: 32 MB of float32.
const sampleValues = 8 << 20

// A Sample is pixels of many images with what each member says of them: what weights are fitted on. It takes the pixels of
// every class of an image evenly in the order in which they lie, at most so many, and lets each stand for as many as were left
// out. So rare classes are there, sums are those of all pixels nearly, and nothing is left to chance.
//
// Of classes that may overlap it takes labels, pixels of one class each, those where the class is there and those where it is not alike.
type Sample struct {
	combiner Combiner
	classes  int
	limits   []float32 // of flags: the least sum of features with which a class is there
	members  int
	perImage int
	images   []piece
}

// A piece is the sampled pixels of one image.
type piece struct {
	group    int
	truth    []uint8
	class    []uint8     // of flags: the class that truth, 0 or 1, is of
	weight   []float32   // pixels of the image that it stands for
	features [][]float32 // of each member, pixels×width: see Combiner.feature
}

// NewSample returns an empty sample for a number of images to come. The method says what the weights will be for. Classes
// must exclude each other.
func NewSample(method Method, members, classes, images int) *Sample {
	room := sampleValues / max(1, members*classes*images)
	return &Sample{combiner: Combiner{Method: method}, classes: classes, members: members, perImage: max(room, 4*classes)}
}

// A Drawn is an image's part of a sample.
type Drawn struct{ piece piece }

// Draw takes pixels of an image, of which members have the probabilities, pixels×classes. Pixels whose truth is ignore (-1 for
// none) do not count. Of flags truth is pixels×classes of 0 and 1 as well. Draw may be called by several goroutines.
func (s *Sample) Draw(truth []uint8, ignore int, members [][]float32) Drawn {
	counts, present := make([]int, s.strata()), 0
	for i, t := range truth {
		if k := s.stratum(i, t, ignore); k >= 0 {
			counts[k]++
		}
	}
	for _, n := range counts {
		if n > 0 {
			present++
		}
	}
	quota, width := s.perImage/max(1, present), s.width()
	p := piece{features: make([][]float32, s.members)}
	seen, taken := make([]int, len(counts)), make([]int, len(counts))
	for i, t := range truth {
		x := s.stratum(i, t, ignore)
		if x < 0 {
			continue
		}
		n := counts[x]
		k := min(n, quota)
		if taken[x] >= k {
			continue
		}
		if at := (2*taken[x] + 1) * n / (2 * k); seen[x] == at { // the middle of the part that the pixel stands for
			taken[x]++
			p.truth = append(p.truth, t)
			if s.combiner.Flags {
				p.class = append(p.class, uint8(i%s.classes))
			}
			p.weight = append(p.weight, float32(n)/float32(k))
			for m := range members {
				p.features[m] = append(p.features[m], members[m][i*width:][:width]...)
			}
		}
		seen[x]++
	}
	scratch := make([]float32, 2*len(p.truth)*width)
	for _, x := range p.features {
		copy(x, s.combiner.feature(x, scratch))
	}
	return Drawn{p}
}

// strata is how many kinds of labels there are, of which as many are taken: classes, and of flags each class there and not there.
func (s *Sample) strata() int {
	if s.combiner.Flags {
		return 2 * s.classes
	}
	return s.classes
}

// stratum returns the kind of the i-th label; -1 for one that does not count.
func (s *Sample) stratum(i int, label uint8, ignore int) int {
	switch t := int(label); {
	case t == ignore:
	case s.combiner.Flags && t <= 1:
		return i%s.classes*2 + t
	case !s.combiner.Flags && t < s.classes:
		return t
	}
	return -1
}

// width is how many probabilities a member has for a label.
func (s *Sample) width() int {
	if s.combiner.Flags {
		return 1
	}
	return s.classes
}

// Append adds what was drawn of an image that belongs to a group, the fold that predicted it.
func (s *Sample) Append(d Drawn, group int) {
	d.piece.group = group
	s.images = append(s.images, d.piece)
}

// All is the group that no image belongs to.
const All = -1

// blocks is into how many parts images are dealt out to see how far a score depends on which images there are.
const blocks = 10

// A share is what a class has of pixels, each with what it stands for.
type share struct{ both, truth, prediction float64 }

// A score is the mean IoU of a combination: on all images, and on all but those of a block.
type score struct {
	mean    float64
	without [blocks]float64
}

// score measures a combination on the sample without a group, over the classes that occur.
func (s *Sample) score(weights []float64, group int) (r score) {
	total, parts := make([]share, s.classes), [blocks][]share{}
	for b := range parts {
		parts[b] = make([]share, s.classes)
	}
	for i, image := range each(s, group, func(p *piece) []share { return s.shares(p, weights) }) {
		for k, a := range image {
			for _, to := range []*share{&total[k], &parts[i%blocks][k]} {
				to.both += a.both
				to.truth += a.truth
				to.prediction += a.prediction
			}
		}
	}
	r.mean = meanIoU(total, make([]share, s.classes))
	for b := range parts {
		r.without[b] = meanIoU(total, parts[b])
	}
	return r
}

// shares counts the sampled pixels of an image.
func (s *Sample) shares(p *piece, weights []float64) []share {
	if s.combiner.Flags {
		return s.flagShares(p, weights)
	}
	sums, z := make([]share, s.classes), make([]float32, s.classes)
	for i, t := range p.truth {
		p.add(weights, i, z)
		best, w := argmax(z), float64(p.weight[i])
		sums[t].truth += w
		sums[best].prediction += w
		if best == int(t) {
			sums[t].both += w
		}
	}
	return sums
}

// meanIoU returns that of what remains of all when a part is taken away; 0 if nothing does.
func meanIoU(all, part []share) float64 {
	sum, n := 0.0, 0
	for k, a := range all {
		both := a.both - part[k].both
		if union := a.truth + a.prediction - a.both - (part[k].truth + part[k].prediction - part[k].both); union > 0.5 {
			sum += both / union
			n++
		}
	}
	return sum / float64(max(n, 1))
}

// beats tells whether a score is higher than another by more than noise: two standard errors of the difference, by the jackknife
// over blocks of images (Miller, "The jackknife: a review", Biometrika 61, 1974).
func (r score) beats(other score) bool {
	mean, d := 0.0, [blocks]float64{}
	for b := range d {
		d[b] = r.without[b] - other.without[b]
		mean += d[b] / blocks
	}
	squares := 0.0
	for _, v := range d {
		squares += float64((v - mean) * (v - mean))
	}
	error := math.Sqrt(squares * (blocks - 1) / blocks)
	return r.mean-other.mean > max(2*error, leastGain)
}

// add writes the weighted sum of the members' features of a pixel.
func (p *piece) add(weights []float64, pixel int, z []float32) {
	clear(z)
	c := len(z)
	for m, w := range weights {
		if w == 0 {
			continue
		}
		factor := float32(w)
		for k, v := range p.features[m][pixel*c:][:c] {
			z[k] += float32(factor * v)
		}
	}
}

func argmax(z []float32) int {
	best := 0
	for k, v := range z {
		if v > z[best] {
			best = k
		}
	}
	return best
}

// pixels returns how many pixels the sample stands for without a group.
func (s *Sample) pixels(without int) (sum float64) {
	for i := range s.images {
		if p := &s.images[i]; p.group != without {
			for _, w := range p.weight {
				sum += float64(w)
			}
		}
	}
	return max(sum, 1)
}

package ref

import "math"

// Attention returns softmax(q·kᵀ/√d)·v for each of n images and each head of d channels: q [n, queries, heads·d], kv
// [n, keys, 2·heads·d] with the keys in the first half of the channels.
func Attention(n, queries, keys, heads, d int, q, kv []float32) []float64 {
	c := heads * d
	y := make([]float64, n*queries*c)
	p := make([]float64, keys)
	for i := range n * queries * heads {
		image, query, head := i/(queries*heads), i/heads, i%heads
		sum := 0.0
		for k := range keys {
			dot := 0.0
			for j := range d {
				dot += float64(q[query*c+head*d+j]) * float64(kv[(image*keys+k)*2*c+head*d+j])
			}
			p[k] = math.Exp(dot / math.Sqrt(float64(d)))
			sum += p[k]
		}
		for k := range keys {
			for j := range d {
				y[query*c+head*d+j] += p[k] / sum * float64(kv[(image*keys+k)*2*c+c+head*d+j])
			}
		}
	}
	return y
}

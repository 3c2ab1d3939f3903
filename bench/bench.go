// Package bench measures the engine: its layers one by one against what the machine can do at most, and the whole
// step of the reference model. Its benchmarks are the figures of docs/performance.md, and segtrain bench prints them
// anywhere.
//
// # Problems
//
// A problem is the shape of one layer, in one line:
//
//	conv n8 c112 o256 h16w16 k3 s1 p1 "decoder.blocks.0.conv1.0 (skip part)"
//
// Files of such lines (problems/*.txt) are read by tests, by benchmarks and by segtrain bench alike. The grammar is
// that of Parse.
//
// # Roofs
//
// A layer can run no faster than the processor multiplies and adds (Roof.Peak) and no faster than memory delivers its
// operands (Roof.Copy); see Williams, Waterman and Patterson, "Roofline: An Insightful Visual Performance Model for
// Multicore Architectures" (CACM 2009). Both are measured on the spot: the peak by fused multiply-adds on registers,
// the copy with arrays too large for most caches, bytes read and written.
//
// FLOPs are those truly done, two for each multiply-add, products with padding included: a 3×3 convolution by tiles counts 4
// products a pixel and pair of channels, and one after an enlargement 9 for each pixel of the small map. Folded FLOPs are those of an
// implementation without tiles, 9 a pixel, which folds an enlargement into four windows of 2×2, 4 a pixel: the same work whoever
// does it. Bytes are the fewest that any implementation moves: each pass over the data reads its operands and writes its result once. A
// normalisation passes over them twice.
package bench

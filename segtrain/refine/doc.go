// Package refine makes labels better by the eyes of models that did not train on them.
//
// With the out-of-fold predictions of a cross-validation, an Auditor ranks images by how suspicious their masks are and finds the
// regions that are contradicted.
//
// Pseudo-labels (Lee, "Pseudo-Label: The Simple and Efficient Semi-Supervised Learning Method for Deep Neural Networks", ICML 2013
// workshop) are what the models of a cross-validation agree on in an unlabelled image. NewPseudoLabel decides what is kept of one
// image, a PseudoManifest keeps what came of a folder of them together with what the models had seen, and PseudoManifest.Choose
// says which labels a run may train with so that its score stays honest.
package refine

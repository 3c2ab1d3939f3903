// Package refine looks at labels with the eyes of models that did not train on them: with the out-of-fold predictions of a
// cross-validation, an Auditor ranks images by how suspicious their masks are and finds the regions that are contradicted.
package refine

// Package ref is the specification of the engine's arithmetic: every kernel and operation once more, in float64, in
// the plainest way. Tests compare with it; nothing else imports it.
//
// A function that sums products also returns, element by element, the sum of the absolute values of the terms:
// the scale that bounds a float32 result's error.
package ref

package workflow

import "tessera/segtrain/config"

// What moves pixels, and what chooses among transforms, as choices of the configuration.
func init() {
	config.Register("augment",
		transform("Transpose", "swap rows and columns"),
		transform("RandomRotate90", "turn by quarters"),
		transform("D4", "one of the eight symmetries of the square"),
		transform("SquareSymmetry", "D4 by its other name"),
		transform("Rotate", "turn about the center, with what leaves the picture cut off"),
		transform("SafeRotate", "turn about the center and shrink, so that all of the picture stays"),
		transform("ShiftScaleRotate", "shift, scale and turn"),
		transform("Perspective", "look at the picture from elsewhere"),
		transform("ElasticTransform", "shift pixels by smooth noise"),
		transform("GridDistortion", "stretch and squeeze bands of columns and rows"),
		transform("OpticalDistortion", "bend straight lines as a lens does"),
		transform("RandomGridShuffle", "shuffle the tiles of a grid"),
		transform("Resize", "stretch to a size"),
		transform("Letterbox", "scale to fit a size and pad the rest"),
		transform("LongestMaxSize", "scale so that the longer side has a size"),
		transform("SmallestMaxSize", "scale so that the shorter side has a size"),
		transform("RandomScale", "scale both sides by a random number"),
		transform("PadIfNeeded", "pad pictures that are too small"),
		transform("RandomCrop", "a window anywhere"),
		transform("CenterCrop", "the window in the middle"),
		transform("RandomResizedCrop", "a window of random area and aspect, resized"),
		transform("RandomSizedCrop", "a window of random height, resized"),
		transform("CropNonEmptyMaskIfExists", "a window with a pixel that is not of class 0"),
		transform("ClassBalancedCrop", "a window with a pixel of a class that is drawn first"),
		transform("OneOf", "one of several transforms, chosen by their p"),
		transform("SomeOf", "n of several transforms"),
		transform("OneOrOther", "the first of two transforms or the second"),
		transform("Sequential", "all of several transforms or none"),
		transform("Scheduled", "Sequential with a probability that depends on the epoch, as that of mixers"))
}

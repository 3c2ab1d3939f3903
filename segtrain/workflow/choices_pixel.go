package workflow

import (
	"tessera/segtrain/augment"
	"tessera/segtrain/config"
)

// The transforms that change what pixels show.
func init() {
	config.Register("augment",
		transform("RandomBrightnessContrast", "brightness and contrast"),
		transform("HueSaturationValue", "turn hues, add to saturation and value"),
		transform("ColorJitter", "brightness, contrast, saturation and hue by factors, in random order; the default hue turns colors all the way"),
		transform("RGBShift", "add to red, green and blue"),
		transform("RandomGamma", "raise samples to a power, in hundredths"),
		transform("CLAHE", "equalize the histograms of tiles, within a limit"),
		transform("Equalize", "spread the values of each channel evenly"),
		transform("AutoContrast", "stretch each channel to the whole range"),
		transform("Solarize", "invert bright samples"),
		transform("InvertImg", "the negative"),
		transform("ToGray", "the lightness in all channels"),
		transform("Posterize", "keep the upper bits"),
		transform("RandomToneCurve", "move samples along a curve"),
		transform("ChannelShuffle", "channels in random order"),
		transform("ChannelDropout", "fill channels"),
		transform("FancyPCA", "add a color along the principal components of the picture"),
		transform("Blur", "the mean of a square window"),
		transform("GaussianBlur", "the mean of a window, weighted by a normal distribution"),
		transform("MotionBlur", "the mean along a line"),
		transform("MedianBlur", "the median of a square window, 3 to 7"),
		transform("Defocus", "the mean of a disc"),
		transform("Sharpen", "blend with a sharpened picture"),
		transform("UnsharpMask", "sharpen edges above a threshold"),
		transform("Emboss", "blend with a relief"),
		transform("GaussNoise", "add normally distributed numbers"),
		transform("ISONoise", "the noise of a camera: of color and of lightness"),
		transform("MultiplicativeNoise", "multiply by random factors"),
		transform("SaltAndPepper", "make pixels white or black"),
		transform("ShotNoise", "the noise of few photons; the default is very strong"),
		transform("ImageCompression", "what JPEG leaves"),
		transform("Downscale", "make smaller, then larger again"),
		transform("CoarseDropout", "fill rectangles (Cutout); fill_mask null, a class, or ignore"),
		transform("GridDropout", "fill a grid of rectangles (GridMask)"),
		transform("XYMasking", "fill columns and rows"),
		transform("Erasing", "fill one rectangle"),
		transform("MaskDropout", "erase objects of the mask"),
		transform("PixelDropout", "fill pixels"),
		transform("RandomFog", "fog"),
		transform("RandomShadow", "polygons of shadow"),
		transform("RandomRain", "rain"))
	for name, text := range augment.OtherNames() {
		config.Hint("augment", name, text)
	}
}

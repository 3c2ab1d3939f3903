package augment

// OtherNames tell what transforms of other libraries, or of earlier versions of Albumentations, are called here.
func OtherNames() map[string]string {
	return map[string]string{
		"Cutout":           "it is CoarseDropout, with fill_mask for what the mask shows there",
		"GridMask":         "it is GridDropout, with fill_mask for what the mask shows there",
		"Flip":             "it is HorizontalFlip and VerticalFlip, or D4",
		"RandomBrightness": "it is RandomBrightnessContrast with contrast_limit: 0",
		"RandomContrast":   "it is RandomBrightnessContrast with brightness_limit: 0",
		"JpegCompression":  "it is ImageCompression",
		"Compose":          "the list is one; Sequential stands for a part of it",
		"Normalize":        "every picture is normalised by data.mean and data.std, after the list",
		"ToFloat":          "every picture is normalised by data.mean and data.std, after the list",
		"ToTensorV2":       "it is not needed",
	}
}

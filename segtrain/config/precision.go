package config

// AutoPrecision asks for a proposal.
const AutoPrecision = "auto"

// propose puts fp32 in the place of auto: results must not depend on the machine.
func (c *Config) propose() {
	if c.Precision == AutoPrecision {
		c.Precision, c.proposes = "fp32", true
	}
}

// WantsProposal tells whether precision was auto: fp32, and a word about what would be faster on this machine.
func (c *Config) WantsProposal() bool { return c.proposes }

// precision refuses activations in float32 where the precision is that of activations.
func (k *checker) precision() {
	if a := k.config.Train.Activations; k.config.Precision == "fp16" && a != "auto" && a != "fp16" {
		k.say([]string{"train.activations", "precision"}, "precision fp16 keeps activations in fp16, not in %s: for those choose precision fp32", a)
	}
}

"""Amazon DSP advertisers and the brands they belong to."""

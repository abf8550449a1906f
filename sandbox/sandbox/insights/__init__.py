"""DSP insights: shopper traits of campaigns, distribution of frequency, savings by frequency caps."""

"""People, organizations, brands, Amazon consents and the ad-account tree."""

"""Advertisers and brands as reporting knows them: names, currency, zone and who may see them."""

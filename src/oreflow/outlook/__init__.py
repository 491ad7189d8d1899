"""Where it is heading: forecasts, and demand and supply to 2040."""

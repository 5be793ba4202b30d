"""The channels, against small real providers."""

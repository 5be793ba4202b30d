"""Channels: translate what arrives into events, and words into what a provider takes."""

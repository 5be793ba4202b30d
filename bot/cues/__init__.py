"""What looks for cues in a text: two voices, by language (see docs/cues.md for how well).

Pure but for `shipped`, which reads the files that lie beside it.
"""

"""A person's readable copy of their record: one structure for paper, for the terminal and for the
desk's "Read this as they would"."""

"""Settings of one installation, typed and checked."""

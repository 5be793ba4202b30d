"""The core: what to say next, as a pure function. No I/O, no clock, no chance."""

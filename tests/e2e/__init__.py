"""The product as a process of its own, with the providers' emulators around it."""

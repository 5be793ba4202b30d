"""The desk in a real browser: headless Chromium, driven by Playwright; `make browser`."""

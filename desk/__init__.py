"""The desk: where caseworkers read, answer and take over."""

"""The commands of `ownpace`, a room for each of its users: named together in `bot.__main__`."""

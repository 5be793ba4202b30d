"""Ownpace: the side of the person who texts or chats."""

"""What a message may mean that no list of ways knows: guessed from weights that were learnt from
examples (`tools/learn_ways.py`, docs/decisions/0027). The lists, `bot/flows/common.toml`, speak first.
"""

"""What a message may mean that no list of ways knows: guessed from weights that were learnt from
examples (`tools/learn_ways.py`, docs/decisions/0027). The lists of the flows' words speak first.
"""

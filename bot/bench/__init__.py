"""`ownpace bench`: how fast the message path is, as ratios within one run.

Absolute figures say more about the machine than about us. So everything is held against the same
work done barely, or done the usual way, in turns: ours, theirs, ours, theirs. All of it happens on
databases that are thrown away, with people who do not exist.
"""

"""`make bench`: the register measured against Datasette over the same rows, and a bare Django view.

Every figure is a ratio of two times taken in turns within one run, because the times themselves
say more of the machine than of the program. `databases` makes the registers, `servers` serves them
as in production, `scenarios` says what is asked, `timing` and `load` measure it, `table` tells it.
"""

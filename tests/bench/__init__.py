"""`make bench`: the register beside a bare Django view and Datasette, as ratios of one run.

Not a test, and not run by `make test`: it takes half an hour and a quiet machine.
"""

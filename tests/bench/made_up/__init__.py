"""A made-up register of any size, for measuring and trying out: the same for the same seed.

Pure: unsaved rows of the models and nothing else. States and words are invented, so that nobody
takes a line of it for what a government said.
"""

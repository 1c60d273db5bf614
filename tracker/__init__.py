"""Commitment Tracker: the public register of promises made between governments."""

__version__ = "0.1.0"

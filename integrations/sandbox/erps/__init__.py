"""Fills each vendor's stand-in with the company of `goods.py`, one module per vendor."""

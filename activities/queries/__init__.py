"""Reads of what branches hold and of what is due of them."""

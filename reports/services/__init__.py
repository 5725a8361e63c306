"""Writes of the pages: starting what a worklist asks for, closing months, books that streets fill in."""

"""Reads of the pages that set the facts of all apps side by side."""

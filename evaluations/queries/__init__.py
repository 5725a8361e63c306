"""Reads of evaluations: what a rubric gives points for, and what the points are."""

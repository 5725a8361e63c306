"""An app that forgets everything it can: `tests/test_nothing_forgotten.py` lets the guards find all of it."""

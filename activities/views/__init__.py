"""The pages of organization life."""

"""The record pages of organizations and Party organizations, and what can be done from them."""

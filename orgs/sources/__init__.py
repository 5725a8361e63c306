"""The lists that the registry takes in, each in a file of its own."""

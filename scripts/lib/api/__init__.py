"""The table of public names and what is generated from it."""

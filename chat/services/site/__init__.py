"""What administrators do for the whole site."""

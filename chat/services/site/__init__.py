"""Administration of the whole site."""

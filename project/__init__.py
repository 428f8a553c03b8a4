"""Roomful: settings, addresses and servers of the site."""

__version__ = "0.1.0"

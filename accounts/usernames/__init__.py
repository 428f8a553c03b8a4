"""Usernames: what they may be, which are alike, and how they are found."""

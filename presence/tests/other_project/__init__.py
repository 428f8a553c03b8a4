"""A Django project without a chat, which uses the library as presence/README.md shows.

test_other_project.py compares the two. This package also has parts that the README takes for granted, such as signing
in.
"""

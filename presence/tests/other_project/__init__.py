"""A Django project that has nothing of a chat in it, and uses the library as presence/README.md shows.

test_other_project.py compares the two. What the README takes for granted stands here beside it: who signs in, say.
"""

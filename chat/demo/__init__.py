"""Demo data for a first look: a few users, rooms and a day of conversation (`manage.py demo`)."""

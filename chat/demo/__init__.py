"""A few people, rooms and a day of conversation, for a first look: `manage.py demo`."""

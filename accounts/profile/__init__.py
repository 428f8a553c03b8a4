"""Profiles, and the export and deletion of accounts.

display_names.py   rules for display names
announce.py        changes of name, time zone and theme
pictures.py        re-encoding of uploads by a separate program (image_decoder.py), and storage of the files
deletion.py        deletion of an account
export.py          all data about a user, as one file; other apps contribute to it
forms.py  views.py  urls.py    the pages
"""

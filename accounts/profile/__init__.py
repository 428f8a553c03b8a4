"""What people say of themselves, and what is theirs to take along or to take away.

names.py       display names, as they are stored
changing.py    name, time zone, theme
pictures.py    what is uploaded, made anew by a program of its own (image_decoder.py); where the files are
deletion.py    the end of an account
export.py      all that is known of somebody, as one file; other apps contribute to it
forms.py  views.py  urls.py    the pages
"""

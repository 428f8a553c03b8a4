"""`bin/fanout`: one server core against one core of load, for Roomful and for what else one might build a chat on.

cores.py       which process runs on which core, and what it costs there
contenders.py  the servers that are compared: how each is started
servers/       those of them that are programs of ours
dialects.py    what a person says to each of them, and hears
crowd.py       the people: their sockets, and the count of what they got
measure.py     one server with one size of crowd
figures.py     what comes of it: percentiles, medians, ratios
table.py       the same for people to read
"""

"""Fan-out benchmark (`bin/fanout`): Roomful and other chat servers, each on one core, against one core of load.

cores.py       pins processes to cores, and reads their CPU time
contenders.py  the servers that are compared, and how each is started
servers/       the servers that are our own programs
dialects.py    the protocol of each server
crowd.py       the clients: their sockets, and their counts of deliveries
measure.py     measures one server with one size of crowd
figures.py     percentiles, medians and ratios
table.py       the figures as a table
"""

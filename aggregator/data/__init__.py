"""The analysts' side: Datasette on the public views, in a process of its own.

Anonymous SQL is a stranger's program run on our machine: it gets a niced process, two threads,
a second of time, and a connection that can read neither withheld texts nor much else.
"""

"""Writes the starting point of a locustfile: empty, or with the requests that a file describes."""

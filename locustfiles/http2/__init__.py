"""A small HTTP/2 client over gevent: many requests at once on few connections.

`Client` is all that users of this package need; `errors` holds what it raises. Nothing here knows of Locust.
"""

"""Locustfiles of the measurements: the same request asked by each kind of user."""

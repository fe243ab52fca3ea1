"""Locustfiles of the measurements: the same request asked by each kind of user."""

ACCOUNT = "SWARMGATE_ACCOUNT"
"""The variable that names the folder for the accounts of processes; account.py imports Locust."""

"""What runs inside Locust: the arms, the request plan, the rounds, the recording."""

__version__ = "0.1.0"

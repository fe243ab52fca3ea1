"""Settings of all tests."""

from hypothesis import settings

# The same examples each time, and as long as they take: a deadline would test the machine.
settings.register_profile("deterministic", deadline=None, derandomize=True)
settings.load_profile("deterministic")

"""Settings of the tests in this folder, whose pytest reads no conftest.py above it."""

from tests import conftest

__all__ = ["conftest"]

"""The errors of the service.

MockServiceError            what a command line reports and turns into exit code 2
├── SettingsError           an unknown setting or a bad value
├── StartError              the service cannot listen, or did not become healthy
└── CommandError            the command of `exec` cannot be run: exit code 126 or 127, as shells have it
Overloaded                  more requests than may wait: answered 503, never reported
"""


class MockServiceError(Exception):
    """A message that says what was found, where, what was expected and what to try."""

    exit_code = 2


class SettingsError(MockServiceError):
    """A setting that does not exist or a value that it cannot take."""


class StartError(MockServiceError):
    """The service could not be started."""


class CommandError(MockServiceError):
    """The command of `exec` is not there or may not be executed."""

    def __init__(self, message: str, *, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Overloaded(Exception):  # noqa: N818 - a state of the service, not a mistake of anyone
    """The queue before the service is full."""

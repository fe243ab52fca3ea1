"""What can go wrong: NewError, and below it DescriptionError for files that cannot be read."""


class NewError(Exception):
    """A starting point cannot be written; the message says what was found and what to try."""


class DescriptionError(NewError):
    """An OpenAPI or HAR file is not what it should be."""

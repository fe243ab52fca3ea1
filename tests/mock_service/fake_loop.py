"""An event loop whose time passes only while it would wait, and then at once."""

import asyncio
import selectors


class JumpingSelector(selectors.DefaultSelector):
    """Waits for no time at all, and moves the clock by as much as it was to wait."""

    now_s = 100.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready."""
        self.now_s += timeout or 0.0
        return super().select(0)


class FakeLoop(asyncio.SelectorEventLoop):
    """A loop on the JumpingSelector."""

    def __init__(self) -> None:
        self.jumping = JumpingSelector()
        super().__init__(self.jumping)

    def time(self) -> float:
        """Return the moved clock, in seconds."""
        return self.jumping.now_s

    def advance(self, seconds: float = 1000.0) -> None:
        """Let time pass, and run what falls due in it."""
        self.run_until_complete(asyncio.sleep(seconds))

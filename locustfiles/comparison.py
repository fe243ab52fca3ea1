"""The locustfile of a comparison: `locust -f locustfiles/comparison.py` plays all of it in one run.

The same command serves the web UI, headless CI and a swarm of workers.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Mapping
from typing import Any

from locust import LoadTestShape, events
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, Runner, WorkerRunner
from locust.web import WebUI

from locustfiles import admission, defaults, forked, judge, keys, player, ports, start_check, web_login
from locustfiles.admission import TokenError
from locustfiles.arguments import add_arguments
from locustfiles.arms import BY_ARM, adopt_own_arms
from locustfiles.conductor import Conductor
from locustfiles.interruption import Interruption
from locustfiles.options import OptionError, Settings, second_name
from locustfiles.own_arms import own_arms
from locustfiles.player import Player
from locustfiles.progress import Progress
from locustfiles.scoreboard import Scoreboard
from locustfiles.swarm import Swarm
from locustfiles.web_ui.start_form import with_form
from locustfiles.web_ui.tab import WebTab

logger = logging.getLogger(__name__)

USAGE = 2
TICK_S = 1.0

# Locust finds user classes among a locustfile's names.
globals().update({user_class.__name__: user_class for user_class in BY_ARM.values()})


class ComparisonShape(LoadTestShape):
    """Asks the conductor how many users there should be; None ends the test."""

    use_common_options = True

    def tick(self) -> Any:
        """Users, spawn rate and classes, as Locust's shapes return them."""
        return comparison.wanted_users()


class Comparison:
    """Joins the conductor to Locust's events, one conductor per test."""

    def __init__(self) -> None:
        self._conductor: Conductor | None = None
        self._interruption = Interruption()
        self._environment: Environment
        self._swarm: Swarm
        self._stopped_early = False
        self._web_tab: WebTab | None = None
        self._checked: tuple[Settings, dict[str, Any]] | None = None

    def on_init(
        self, environment: Environment, runner: Runner, web_ui: WebUI | None = None, **_: Any
    ) -> None:
        """Set up this process as what it is: master, worker or both."""
        self._environment = environment
        # Those that play twice in an A/A run stand in no locustfile.
        environment.user_classes.extend(BY_ARM[second_name(arm.arm)] for arm in own_arms())
        logging.getLogger("locust.runners").setLevel(logging.WARNING)
        logging.getLogger("locust.stats_logger").setLevel(logging.WARNING)
        # A pool that is too small tells of every connection that it throws away: one arm is about just that.
        logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)
        if isinstance(runner, (WorkerRunner, LocalRunner)):
            Player(environment, runner)
        if isinstance(runner, WorkerRunner):
            return
        self._interruption.install()
        self._swarm = Swarm(environment, runner)
        runner.register_message(player.ROWS, self._on_rows)
        runner.register_message(player.REST, self._on_rest)
        environment.events.test_stopping.add_listener(self._on_test_stopping)
        environment.events.quitting.add_listener(self._on_quitting)
        try:
            checked = start_check.checked(self._options)
            start_check.check_classes(checked[0], self._environment.user_classes)
            self._checked = checked if web_ui is None else None  # whose form may change them
            if isinstance(runner, MasterRunner):
                admission.token()
            if web_ui is not None:
                web_login.protect(web_ui, environment)
                self._web_tab = WebTab(web_ui, environment, check_start=self._check_start)
                self._interruption.begun = True  # Locust's page is open until it is told to end
        except (OptionError, judge.JudgeError, TokenError) as error:
            print(f"swarmgate: {error}", file=sys.stderr)
            sys.exit(getattr(error, "exit_code", USAGE))

    def wanted_users(self) -> Any:
        """What Locust's shape asks once a second."""
        conductor = self._conductor
        if conductor is None:
            try:
                conductor = self._conductor = self._start()
            except (OptionError, judge.JudgeError) as error:  # from the web UI's form
                logger.error("swarmgate: %s", error)
                if self._web_tab is not None:
                    self._web_tab.tell(str(error))
                self._environment.process_exit_code = getattr(error, "exit_code", USAGE)
                return None
            self._stopped_early = False
            self._interruption.begun = True
            conductor.workers_there.wait()
        else:  # Locust sleeps for what is left of a second after this: the end need not wait for that
            conductor.ended.wait(timeout=TICK_S)
        if conductor.done:
            if self._conductor is conductor:
                self._environment.process_exit_code = conductor.exit_code
                self._interruption.over = self._web_tab is None
                self._conductor = None
            return None
        return conductor.wanted_users

    def _start(self) -> Conductor:
        chosen, objectives = self._checked or start_check.checked(self._options)
        if self._web_tab is not None:
            self._checked = None  # the next form may change them
        start_check.check_classes(chosen, self._environment.user_classes)
        arms = {arm: BY_ARM[arm] for arm in chosen.arms}
        host = start_check.host_of(chosen, self._environment.host)
        board = Scoreboard(chosen, host=host, objectives=objectives["objectives"])
        progress = Progress(board)
        try:
            conductor = Conductor(
                self._swarm,
                settings=chosen,
                arms=arms,
                host=host,
                objectives=objectives,
                progress=progress,
            )
        except OptionError:  # there is no place for the results
            progress.close()
            raise
        if self._web_tab is not None:
            self._web_tab.watch(conductor)
        return conductor

    def _check_start(self, form: Mapping[str, str]) -> None:
        """Raise what is wrong with the web UI's start form, before anything is started."""
        self._check_nothing_runs()
        there, expected = len(self._swarm.workers), self._swarm.expected
        if there < expected:
            raise OptionError(f"{there} of {expected} workers are there: start when all have come")
        checked = start_check.checked(with_form(self._options, form))
        start_check.host_of(checked[0], form.get("host") or self._environment.host)
        self._check_nothing_runs()  # that took a while, in which another browser may have started one
        # Asked again after the start, they would take a second in which Locust's page shows its form anew.
        self._checked = checked

    def _check_nothing_runs(self) -> None:
        # Locust would drop a second start without a word, and take over its form.
        runner = self._environment.runner
        if runner is not None and runner.shape_greenlet is not None:
            raise OptionError("a comparison is running: stop it before you change it or start another")

    @property
    def _options(self) -> argparse.Namespace:
        return self._environment.parsed_options or argparse.Namespace()

    def _on_rows(self, **message: Any) -> None:
        if self._conductor is not None:
            self._conductor.blocks.on_rows(**message)

    def _on_rest(self, **message: Any) -> None:
        if self._conductor is not None:
            self._conductor.blocks.on_rest(**message)

    def _on_test_stopping(self, **_: Any) -> None:
        """Locust stops before the conductor was done: it was told to, or the last worker has left."""
        conductor = self._conductor
        if conductor is None:
            return
        if self._swarm.workers:
            conductor.abort()
        else:
            conductor.end_deserted()
        self._stopped_early = conductor.exit_code is None
        self._environment.process_exit_code = conductor.exit_code
        self._conductor = None

    def _on_quitting(self, environment: Environment, **_: Any) -> None:
        self._on_test_stopping()
        if self._stopped_early:
            environment.process_exit_code = self._interruption.exit_code


comparison = Comparison()
keys.disable()
forked.end_with_parent()
events.init_command_line_parser.add_listener(defaults.set_defaults)
events.init_command_line_parser.add_listener(add_arguments)
events.init_command_line_parser.add_listener(adopt_own_arms)
events.init_command_line_parser.add_listener(ports.choose_for_processes)
events.init.add_listener(comparison.on_init)

"""The start form: fields for numbers, and a wrong argument told in the form before anything is started."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import before_render_template, jsonify, request
from locust.web import WebUI

from locustfiles.judge import JudgeError
from locustfiles.options import OptionError

logger = logging.getLogger(__name__)

SWARM = "locust.swarm"
"""Locust's route behind the button Start."""
Check = Callable[[Mapping[str, str]], None]


def guard(web_ui: WebUI, environment: Any, check: Check, tell: Callable[[str], None]) -> None:
    """Put `check` before Locust's own handling of the form, which shows the message of what it raises.

    Not so the form behind Locust's button Edit, which closes at once: so `tell` gets the message as well, or
    nothing when there is none.
    """
    app: Any = web_ui.app
    start = app.view_functions[SWARM]

    @wraps(start)
    def checked_start() -> Any:
        try:
            check(request.form)
        except (OptionError, JudgeError) as error:
            logger.error("swarmgate: %s", error)
            tell(str(error))
            return jsonify(success=False, message=str(error), host=environment.host)
        tell("")
        return start()

    app.view_functions[SWARM] = web_ui.auth_required_if_enabled(checked_start)
    before_render_template.connect(_add_types, app)


def with_form(options: argparse.Namespace, form: Mapping[str, str]) -> argparse.Namespace:
    """A copy of the arguments with the form's texts in it. Raises OptionError where a number is none."""
    merged = argparse.Namespace(**vars(options))
    for key, text in form.items():
        name = "num_users" if key == "user_count" else key
        setattr(merged, name, _value(name, getattr(options, name, None), text))
    return merged


def _add_types(_: object, *, context: Mapping[str, Any], **__: Any) -> None:
    """Locust's form passes an argument's `type` on to its field, but its own pages never set one."""
    arguments = context.get("template_args", {}).get("extra_options", {})
    for argument in arguments.values():
        # Fields for numbers take whole ones only.
        if type(argument["default_value"]) is int:
            argument["type"] = "number"


def _value(name: str, current: object, text: str) -> object:
    if isinstance(current, bool):
        return text == "true"  # as Locust reads a field to tick
    if not isinstance(current, float):
        return text
    try:
        return float(text)
    except ValueError:
        raise OptionError(f"--{name.replace('_', '-')} {text}: expected a number") from None

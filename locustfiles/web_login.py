"""The login of the web UI: whoever can start load from another machine must know a password."""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
import sys
from typing import Any

from flask import redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, login_user  # type: ignore[import-untyped]  # it has no types
from locust.env import Environment
from locust.web import WebUI
from werkzeug.wrappers import Response

USER = "swarmgate"
PASSWORD_VARIABLE = "SWARMGATE_WEB_PASSWORD"  # noqa: S105  # the name of the variable, not its content
CALLBACK = "/login_submit"


class Visitor(UserMixin):  # type: ignore[misc]  # as above
    """The only user there is."""

    id = USER


def protect(web_ui: WebUI, environment: Environment) -> None:
    """Put the login before the web UI when `--web-login` asks for it, or when other machines can reach it."""
    if not (web_ui.web_login or exposed(web_ui.host)):
        return
    password = os.environ.get(PASSWORD_VARIABLE) or _made_up()
    base = (environment.parsed_options.web_base_path or "") if environment.parsed_options else ""
    app: Any = web_ui.app
    app.config.update(SECRET_KEY=secrets.token_hex(32), SESSION_COOKIE_SAMESITE="Lax")
    manager = LoginManager()
    manager.init_app(app)
    manager.login_view = "locust.login"
    manager.user_loader(lambda name: Visitor() if name == USER else None)
    web_ui.web_login, web_ui.login_manager = True, manager
    web_ui.auth_args = {"username_password_callback": base + CALLBACK}

    @app.post(base + CALLBACK)  # type: ignore[untyped-decorator]  # as above
    def login_submit() -> Response:
        given = request.form.get("password", "")
        if request.form.get("username") == USER and hmac.compare_digest(given.encode(), password.encode()):
            login_user(Visitor())
            return redirect(url_for("locust.index"))
        session["auth_error"] = "Wrong user or password"
        return redirect(url_for("locust.login"))


def exposed(host: str) -> bool:
    """Whether other machines can reach a server that listens there; empty means every interface."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"


def _made_up() -> str:
    password = secrets.token_urlsafe(12)
    print(
        f"swarmgate: log in to the web UI as {USER} with {password} ({PASSWORD_VARIABLE} sets it)",
        file=sys.stderr,
    )
    return password

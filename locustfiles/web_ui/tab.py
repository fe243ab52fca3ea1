"""The Comparison tab of Locust's web UI, its own page, and the files of the runs that this process made.

Locust's tabs hold tables only. But a tab's `component` is taken as it is, so it may name a custom element:
`templates/comparison/tab.js` defines it, and shows and refreshes what the route `live` renders.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, render_template, request, send_file, url_for
from locust.env import Environment
from locust.web import WebUI

from locustfiles.web_ui import files, view
from locustfiles.web_ui.start_form import Check, guard

if TYPE_CHECKING:
    from locustfiles.conductor import Conductor

INDEX = "locust.index"
TEMPLATES = Path(__file__).parent / "templates"
TAB = {"title": "Comparison", "key": "comparison", "component": "swarmgate-comparison"}


class WebTab:
    """Shows the runs of this process, the newest first."""

    def __init__(self, web_ui: WebUI, environment: Environment, *, check_start: Check) -> None:
        self._runs: dict[str, Conductor] = {}
        self._refusal: tuple[str, object] = "", None
        guard(web_ui, environment, check_start, self.tell)
        web_ui.template_args["extended_tabs"] = [TAB]
        base = (environment.parsed_options.web_base_path or "") if environment.parsed_options else ""
        pages = Blueprint("comparison", __name__, url_prefix=f"{base}/comparison", template_folder=TEMPLATES)
        for rule, show in (
            ("/", self._page),
            ("/live", self._live),
            ("/tab.js", self._script),
            ("/runs/<run_id>/", self._files),
            ("/runs/<run_id>/<path:name>", self._file),
        ):
            pages.add_url_rule(rule, show.__name__.lstrip("_"), web_ui.auth_required_if_enabled(show))
        app: Any = web_ui.app
        app.register_blueprint(pages)
        app.after_request(_add_script)

    def tell(self, refusal: str) -> None:
        """Show why nothing was started, until something else happens; nothing for an accepted start."""
        self._refusal = refusal, self._situation()

    def watch(self, conductor: Conductor) -> None:
        """Show this run from now on."""
        self._runs[conductor.logbook.run_id] = conductor

    def _page(self) -> str:
        return render_template("comparison/page.html", **self._shown())

    def _live(self) -> str:
        return render_template("comparison/live.html", **self._shown())

    def _files(self, run_id: str) -> str:
        found = files.all_files(self._run(run_id).logbook.directory.path)
        return render_template("comparison/files.html", run_id=run_id, files=found)

    def _file(self, run_id: str, name: str) -> Response:
        return files.serve(self._run(run_id).logbook.directory.path, name)

    def _script(self) -> Response:
        return send_file(TEMPLATES / "comparison" / "tab.js", mimetype="text/javascript", max_age=0)

    def _shown(self) -> dict[str, Any]:
        asked = request.args.get("run") or next(reversed(self._runs), None)
        shown = view.of_run(self._run(asked)) if asked else None
        runs = [view.entry(run) for run in reversed(self._runs.values())]
        refusal, situation = self._refusal
        return {"run": shown, "runs": runs, "refusal": refusal if situation == self._situation() else ""}

    def _situation(self) -> tuple[int, bool]:
        newest = next(reversed(self._runs.values()), None)
        return len(self._runs), newest is not None and newest.done

    def _run(self, run_id: str) -> Conductor:
        if run_id not in self._runs:
            abort(404)
        return self._runs[run_id]


def _add_script(response: Response) -> Response:
    """Locust's own page loads the script that defines the tab's element."""
    if request.endpoint == INDEX and response.mimetype == "text/html":
        script = f'<script src="{url_for("comparison.script")}"></script></body>'
        response.set_data(response.get_data(as_text=True).replace("</body>", script, 1))
    return response

"""What is read from recordings: by Chromium, and made by hand where a browser would not."""

import json
from pathlib import Path
from typing import Any

import pytest

from locustfiles.new.errors import DescriptionError
from locustfiles.new.findings import NO_BODY, Findings
from locustfiles.new.har import from_har
from locustfiles.new.source_text import locustfile
from tests.mock_service.service import running
from tests.web_ui import chromium

API = "https://api.example.com"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
SECRETS = ("c00kie-of-the-session", "super-secret-bearer", "abcdefgh-token", "hunter2", JWT)


def entry(
    url: str, *, method: str = "GET", status: int = 200, kind: str = "application/json", **request: Any
) -> Any:
    return {
        "request": {"method": method, "url": url, "headers": [], "cookies": [], **request},
        "response": {"status": status, "content": {"mimeType": kind}},
    }


def posted(text: str, kind: str = "application/json") -> dict[str, Any]:
    return {"method": "POST", "postData": {"mimeType": kind, "text": text}}


def read(folder: Path, *entries: Any) -> Findings:
    path = folder / "recorded.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    return from_har(path)


@pytest.mark.service
@pytest.mark.skipif(chromium.PATH is None, reason="there is no chromium in PATH")
def test_what_chromium_records(tmp_path: Path) -> None:
    recorded = tmp_path / "shop.har"
    with running("--no-network", "--no-tls", "--service-time-factor", "0") as service:
        url = service.address.url
        with chromium.chromium(str(chromium.PATH)) as browser:
            context = browser.new_context(
                record_har_path=recorded, extra_http_headers={"Authorization": f"Bearer {SECRETS[1]}"}
            )
            context.add_cookies([{"name": "session", "value": SECRETS[0], "url": url}])
            page = context.new_page()
            page.goto(f"{url}/items/7")
            page.evaluate(BROWSING)
            context.close()
    assert all(secret in recorded.read_text() for secret in SECRETS[:3])  # there is something to leave out
    found = from_har(recorded)
    assert found.host == url
    assert [(each.weight, each.name, each.path, each.query) for each in found.requests] == [
        (1, "GET /items/{id}", "/items/7", ()),
        (2, "GET /items", "/items", (("category", "books"), ("limit", "10"))),
        (1, "GET /items/{id}", "/items/8", ()),
        (1, "POST /orders", "/orders", ()),
    ]
    assert found.requests[-1].body == {
        "customer": "LEFT OUT",
        "lines": [{"item_id": 7, "quantity": 2}],
    }
    assert "left out: 1 x answered with 404" in found.notes
    assert {note.removeprefix("left out as a secret: ") for note in found.notes if "secret" in note} == {
        "the header Authorization",
        "the header Cookie",
        "the parameter access_token",
        "the value of customer",
    }
    text = locustfile("shop.py", found)
    assert not any(secret in text for secret in SECRETS)


BROWSING = """async () => {
  const order = {customer: 'super-secret-bearer', lines: [{item_id: 7, quantity: 2}]};
  const headers = {'Content-Type': 'application/json'};
  for (const [path, options] of [
    ['/items?category=books&limit=10'],
    ['/items?category=books&limit=10'],
    ['/items/8?access_token=abcdefgh-token'],
    ['/orders', {method: 'POST', headers, body: JSON.stringify(order)}],
    ['/items/99999'],
  ]) await (await fetch(path, options)).text();
}"""


def test_secrets_by_their_form_and_wherever_they_are_repeated(tmp_path: Path) -> None:
    cookie = {"name": "XYZ", "value": SECRETS[0]}
    found = read(
        tmp_path,
        entry(f"{API}/a?page=2&x={JWT}&again={SECRETS[0]}", cookies=[cookie]),
        entry(f"{API}/b", **posted(json.dumps({"deep": [{"note": SECRETS[0], "n": 1, "ok": True}]}))),
        entry(f"{API}/download/{JWT}"),
        entry(f"https://user:{SECRETS[3]}@api.example.com/c"),
    )
    text = locustfile("shop.py", found)
    assert not any(secret in text for secret in SECRETS)
    assert [request.path for request in found.requests] == ["/a", "/b", "/c"]
    assert found.requests[0].query == (("page", "2"),)
    assert found.requests[1].body == {"deep": [{"note": "LEFT OUT", "n": 1, "ok": True}]}
    assert "left out: 1 x with a secret in its path" in found.notes
    assert found.host == API


@pytest.mark.parametrize(
    "name",
    ["password", "user_pass", "accessToken", "api-key", "apikey", "X-Auth", "client_secret", "csrf", "sid"],
)
def test_names_that_tell_of_a_secret(tmp_path: Path, name: str) -> None:
    found = read(
        tmp_path, entry(f"{API}/a?{name}=1234"), entry(f"{API}/b", **posted(json.dumps({name: 1234})))
    )
    assert found.requests[0].query == ()
    assert found.requests[1].body == {name: "LEFT OUT"}
    assert f"left out as a secret: the parameter {name}" in found.notes


def test_plain_names_are_no_secrets(tmp_path: Path) -> None:
    pairs = (("author", "Ann"), ("bypass", "no"), ("page", "2"), ("compass", "north"), ("keyboard", "de"))
    query = "&".join(f"{name}={value}" for name, value in pairs)
    assert read(tmp_path, entry(f"{API}/a?{query}")).requests[0].query == pairs


def test_what_no_plan_wants_is_left_out_and_counted(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        entry(f"{API}/a"),
        entry(f"{API}/a", status=304),
        entry(f"{API}/old", status=302),
        entry(f"{API}/gone", status=0),
        entry(f"{API}/style.css", kind="text/css"),
        entry(f"{API}/logo", kind="image/png"),
        entry(f"{API}/events", kind="text/event-stream; charset=utf-8"),
        entry("data:text/plain,hello"),
        entry("wss://api.example.com/live", status=101),
        entry(f"{API}/a", method="OPTIONS", status=204),
        entry("https://ads.example.net/pixel"),
        entry(f"{API}/form", **posted("a=1", "application/x-www-form-urlencoded")),
        entry(f"{API}/a/17", method="DELETE", status=204),
    )
    assert [(each.weight, each.name) for each in found.requests] == [(2, "GET /a"), (0, "DELETE /a/{id}")]
    assert set(found.notes) == {
        "left out: 1 x redirected elsewhere",
        "left out: 1 x without an answer",
        "left out: 2 x images, styles, scripts and other assets",
        "left out: 1 x a stream of events, which does not end",
        "left out: 2 x no HTTP request",
        "left out: 1 x OPTIONS, which browsers send by themselves",
        "left out: 1 x to https://ads.example.net",
        "left out: 1 x with a body of application/x-www-form-urlencoded; a plan carries JSON",
    }


@pytest.mark.parametrize(
    "body",
    [
        {"postData": {"mimeType": "multipart/form-data", "params": [{"name": "a", "fileName": "a.png"}]}},
        {"postData": {"mimeType": "multipart/form-data", "text": ""}, "bodySize": 4096},
        {"bodySize": 4096},
    ],
)
def test_a_body_of_which_the_text_was_not_kept_is_left_out_with_its_request(
    tmp_path: Path, body: dict[str, Any]
) -> None:
    found = read(tmp_path, entry(f"{API}/a"), entry(f"{API}/upload", method="POST", **body))
    assert [request.path for request in found.requests] == ["/a"]
    [note] = found.notes
    assert note.endswith("; a plan carries JSON")


def test_a_post_without_a_body_stays(tmp_path: Path) -> None:
    empty: dict[str, Any] = {"postData": {"mimeType": "", "params": [], "text": ""}, "bodySize": 0}
    [found] = read(tmp_path, entry(f"{API}/a", method="POST", **empty)).requests
    assert found.body is NO_BODY


@pytest.mark.parametrize("text", ["{}", '{"log": {}}', '{"log": {"entries": [{}]}}', '{"log": 1}', "[]", "{"])
def test_what_is_no_har_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.har").write_text(text)
    with pytest.raises(DescriptionError, match="expected a HAR file"):
        from_har(tmp_path / "a.har")

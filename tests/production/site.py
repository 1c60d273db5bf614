"""One server, asked as the proxy before it would ask."""

from __future__ import annotations

import contextlib
import http.client
import re
import time
from urllib.parse import urlencode

from tests.production.serving import NAME, PATIENCE


class Site:
    """What the proxy would ask of the server behind it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(
        self, path: str, *, body: dict[str, str] | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        given = {"Host": NAME, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        if body is not None:
            given["Content-Type"] = "application/x-www-form-urlencoded"
        with contextlib.closing(connection):
            connection.request(
                "GET" if body is None else "POST",
                path,
                body=None if body is None else urlencode(body),
                headers={**given, **headers},
            )
            response = connection.getresponse()
            return response, response.read().decode()

    def sign_in(self) -> tuple[http.client.HTTPResponse, str]:
        """Try a password, as a browser does that has the form open."""
        form, page = self.ask("/accounts/login/")
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[:1]
        cookie = (form.headers["Set-Cookie"] or "").split(";")[0]
        typed = {"csrfmiddlewaretoken": token, "login": "nobody", "password": "wrong"}
        referer = f"https://{NAME}/accounts/login/"
        return self.ask("/accounts/login/", body=typed, Cookie=cookie, Referer=referer)

    def until_health_is(self, status: int) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            response, body = self.ask("/healthz")
            if response.status == status:
                return body
            time.sleep(0.5)
        raise AssertionError(f"/healthz is not {status}: {body}")

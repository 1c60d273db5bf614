"""One server, asked as the proxy before it would ask."""

from __future__ import annotations

import contextlib
import http.client
import re
import time
from http.cookies import SimpleCookie
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
        return self.sign_in_as("nobody", "wrong")[:2]

    def sign_in_as(
        self, login: str, password: str
    ) -> tuple[http.client.HTTPResponse, str, Visitor]:
        visitor = Visitor(self)
        visitor.open("/accounts/login/")
        answer = visitor.send("/accounts/login/", login=login, password=password)
        return answer, visitor.page, visitor

    def until_health_is(self, status: int) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            response, body = self.ask("/healthz")
            if response.status == status:
                return body
            time.sleep(0.5)
        raise AssertionError(f"/healthz is not {status}: {body}")


class Visitor:
    """A browser with its cookies and the page that it shows."""

    def __init__(self, site: Site) -> None:
        self.site, self.page = site, ""
        self._cookies: SimpleCookie = SimpleCookie()

    def open(self, path: str) -> http.client.HTTPResponse:
        return self._ask(path, None)

    def send(self, path: str, **typed: str) -> http.client.HTTPResponse:
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', self.page)[:1]
        return self._ask(path, {"csrfmiddlewaretoken": token, **typed})

    def _ask(self, path: str, body: dict[str, str] | None) -> http.client.HTTPResponse:
        cookie = "; ".join(f"{name}={it.value}" for name, it in self._cookies.items())
        referer = f"https://{NAME}/"
        response, page = self.site.ask(path, body=body, Cookie=cookie, Referer=referer)
        self.page = page or self.page
        for header in response.headers.get_all("Set-Cookie", []):
            self._cookies.load(header)
        return response

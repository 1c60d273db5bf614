"""A browser in small: it opens a page of the admin, reads its form, fills it in and sends it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client

Fields = dict[str, list[str]]


class FormReader(HTMLParser):
    """What a browser would send for the page's one form, and the words that it shows."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: Fields = {}
        self.buttons: dict[str, str] = {}
        self.words: list[str] = []
        self._in_form = 0
        self._select = self._textarea = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form" and values.get("method") == "post" and "logout" not in str(values):
            self._in_form = 1
        if not self._in_form or "disabled" in values:
            return
        name = values.get("name", "")
        if tag == "input" and values.get("type") == "submit":
            self.buttons[values.get("value", "")] = name
        elif tag == "input" and name:
            if values.get("type") not in {"checkbox", "radio"}:
                self._put(name, values.get("value", ""))
            elif "checked" in values:
                self._put(name, values.get("value", "on"))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in values and self._select:
            self._put(self._select, values.get("value", ""))
        elif tag == "textarea":
            self._textarea = name
            self._put(name, "")

    def handle_data(self, data: str) -> None:
        if self._textarea:
            # The first line end belongs to the tag; the others are sent as CRLF.
            text = data.removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
            self.fields[self._textarea][-1] += text
        elif data.strip():
            self.words.append(" ".join(data.split()))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = 0
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def _put(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


class Page:
    """An answer that was read: `words` as one text, `fields` as the form stands."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status = response.status_code
        reader = FormReader(response.content.decode())
        self.fields, self.buttons = reader.fields, reader.buttons
        self.words = " ".join(reader.words)

    @property
    def url(self) -> str:
        return str(self.response.request["PATH_INFO"])


def admin_url(record: Model | type[Model], page: str) -> str:
    """The address of a record's page ("change", "publish"), or of its noun's ("add")."""
    noun = f"/admin/tracker/{record._meta.model_name}/"
    return f"{noun}{record.pk}/{page}/" if isinstance(record, Model) else f"{noun}{page}/"


def list_url(noun: type[Model]) -> str:
    return f"/admin/tracker/{noun._meta.model_name}/"


class Browser:
    def __init__(self, user: User) -> None:
        self.client = Client(raise_request_exception=True)
        self.client.force_login(user)

    def open(self, url: str) -> Page:
        return Page(self.client.get(url, follow=True))

    def page(self, record: Model | type[Model], page: str = "change") -> Page:
        return self.open(admin_url(record, page))

    def send(self, page: Page, press: str = "_save", **typed: Any) -> Page:
        """Send a page's form with some fields typed over; None leaves a field out."""
        fields: dict[str, Any] = {**page.fields, press: ["on"], **typed}
        data = {name: value for name, value in fields.items() if value is not None}
        return Page(self.client.post(page.url, data, follow=True))

    def save(self, record: Model | type[Model], page: str = "change", **typed: Any) -> Page:
        """Open, type, press "Save"."""
        return self.send(self.page(record, page), **typed)

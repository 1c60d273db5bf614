"""The base class of every ModelAdmin of the register: fast lists, safe searches, page notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import quote
from django.contrib.auth.models import User
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import smart_split, unescape_string_literal
from django.utils.translation import gettext as _

from tracker.admin.editing.long_lists import LongListPaginator
from tracker.lib.folding import fold
from tracker.lib.text import without_control_characters


def page_url(record: Model) -> str:
    """Return the URL of a record's admin page."""
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[quote(record.pk)])


def editor(request: HttpRequest) -> User:
    """Return the signed-in user; every admin view requires one."""
    return cast(User, request.user)


class RegisterAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_per_page = 50
    paginator = LongListPaginator
    # A help text for each field of its page.
    help_texts: Mapping[str, Any] = {}

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        return super().get_form(
            request, obj, change=change, **{"help_texts": self.help_texts, **kwargs}
        )

    # The unfiltered count would scan a large table once more.
    show_full_result_count = False
    # So would the counts of each filter choice.
    show_facets = admin.ShowFacets.NEVER

    def notice(self, obj: Any) -> Any:
        """Return the note at the top of a record's page on how it can be changed; may be empty."""
        return ""

    def tools(self, request: HttpRequest, obj: Any) -> list[dict[str, Any]]:
        """Return further links for a record's page, each with label and url."""
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            context |= {"notice": self.notice(obj), "tools": self.tools(request, obj)}
        return super().render_change_form(request, context, *args, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        # PostgreSQL rejects NUL in a query.
        term = without_control_characters(search_term)
        for word in smart_split(term):
            quoted = word[:1] in {'"', "'"} and word[:1] == word[-1:] and len(word) > 1
            condition = self.search_condition(unescape_string_literal(word) if quoted else word)
            if condition is None:
                return super().get_search_results(request, queryset, term)
            queryset = queryset.filter(condition)
        return queryset, False

    def search_condition(self, word: str) -> Q | None:
        """Return the condition for one word of a search; None for Django's own search.

        Django's search scans `search_fields`, which is too slow for the largest tables. Names
        stored in `folded_text` match whatever their case and accents.
        """
        folded = fold(word)
        names = {field.name for field in self.model._meta.concrete_fields}
        if not folded or "folded_text" not in names:
            return None
        condition = Q(folded_text__contains=folded)
        for field in self.search_fields:
            condition |= Q(**{f"{field}__icontains": word})
        return condition

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        if any("\0" in value for _name, values in request.GET.lists() for value in values):
            text = _("The address held a character that nothing contains; here is the whole list.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(request.path)
        return super().changelist_view(request, extra_context)


class ReadOnlyAdmin(RegisterAdmin):
    """For records that nobody adds or edits in the admin."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

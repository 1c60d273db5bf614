"""Addresses of the API and of its documentation."""

from django.urls import path, re_path

from tracker.api import changes, commitments, docs, lists, meetings, openapi, root, sources
from tracker.api.edge import api_answer

_VIEWS = {
    "root": ("", root.Root),
    "commitments": ("commitments/", commitments.Commitments),
    "commitment": ("commitments/<slug:slug>/", commitments.OneCommitment),
    "updates": ("updates/", commitments.Updates),
    "meetings": ("meetings/", meetings.Meetings),
    "meeting": ("meetings/<slug:slug>/", meetings.OneMeeting),
    "sources": ("sources/", sources.Sources),
    "source": ("sources/<slug:slug>/", sources.OneSource),
    "parties": ("parties/", lists.Parties),
    "topics": ("topics/", lists.Topics),
    "forums": ("forums/", lists.Forums),
    "change": ("changes/<int:seq>/", changes.OneChange),
}

urlpatterns = [
    *(
        path(f"api/v1/{address}", api_answer(view.as_view()), name=f"api-{name}")
        for name, (address, view) in _VIEWS.items()
    ),
    path(
        "api/v1/changes/",
        api_answer(changes.Changes.as_view(), by_headers=("Accept",), before=changes.wait_first),
        name="api-changes",
    ),
    path(
        "api/v1/schema/",
        api_answer(openapi.Schema.as_view(), by_headers=("Accept",)),
        name="api-schema",
    ),
    path("api/docs/", docs.docs, name="api-docs"),
    re_path(r"^api/(?P<rest>|.*/)$", api_answer(root.Nowhere.as_view()), name="api-root"),
]

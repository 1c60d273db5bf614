"""Addresses of the API and of its documentation."""

from django.urls import path, re_path

from tracker.api import changes, commitments, docs, lists, meetings, openapi, root, sources
from tracker.api.edge import api_answer

urlpatterns = [
    path("api/v1/", api_answer(root.Root.as_view()), name="api-root"),
    path(
        "api/v1/commitments/",
        api_answer(commitments.Commitments.as_view()),
        name="api-commitments",
    ),
    path(
        "api/v1/commitments/<slug:slug>/",
        api_answer(commitments.OneCommitment.as_view()),
        name="api-commitment",
    ),
    path("api/v1/updates/", api_answer(commitments.Updates.as_view()), name="api-updates"),
    path("api/v1/meetings/", api_answer(meetings.Meetings.as_view()), name="api-meetings"),
    path(
        "api/v1/meetings/<slug:slug>/",
        api_answer(meetings.OneMeeting.as_view()),
        name="api-meeting",
    ),
    path("api/v1/sources/", api_answer(sources.Sources.as_view()), name="api-sources"),
    path("api/v1/sources/<slug:slug>/", api_answer(sources.OneSource.as_view()), name="api-source"),
    path("api/v1/parties/", api_answer(lists.Parties.as_view()), name="api-parties"),
    path("api/v1/topics/", api_answer(lists.Topics.as_view()), name="api-topics"),
    path("api/v1/forums/", api_answer(lists.Forums.as_view()), name="api-forums"),
    path(
        "api/v1/changes/",
        api_answer(changes.Changes.as_view(), by_headers=("Accept",), before=changes.wait_first),
        name="api-changes",
    ),
    path("api/v1/changes/<int:seq>/", api_answer(changes.OneChange.as_view()), name="api-change"),
    path(
        "api/v1/schema/",
        api_answer(openapi.Schema.as_view(), by_headers=("Accept",)),
        name="api-schema",
    ),
    path("api/docs/", docs.docs, name="api-docs"),
    re_path(r"^api/(?P<rest>|.*/)$", api_answer(root.Nowhere.as_view()), name="api-root"),
]

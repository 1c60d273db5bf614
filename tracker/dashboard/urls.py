"""Addresses of the public pages."""

from django.urls import path

from tracker.dashboard import (
    changes,
    charts,
    commitment,
    compare,
    embed,
    lists,
    matrix,
    meetings,
    share_card,
    sitemap,
    sources,
    views,
)

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("commitments/<slug:slug>/", commitment.commitment, name="commitment"),
    path("commitments/<slug:slug>/cite.<slug:extension>", commitment.cite, name="cite"),
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/<slug:slug>/", meetings.meeting, name="meeting"),
    path("meetings/<slug:slug>/brief/", meetings.brief, name="brief"),
    path("compare/", compare.compare, name="compare"),
    path("matrix/", matrix.matrix, name="matrix"),
    path("charts/", charts.charts, name="charts"),
    path("card.png", share_card.share_card, name="share-card"),
    path("embed/status/", embed.embed_status, name="embed-status"),
    path("sources/", lists.sources, name="sources"),
    path("sources/<slug:slug>/", sources.source, name="source"),
    path("parties/", lists.parties, name="parties"),
    path("parties/<slug:slug>/", lists.party, name="party"),
    path("topics/", lists.topics, name="topics"),
    path("topics/<slug:slug>/", lists.topic, name="topic"),
    path("forums/", lists.forums, name="forums"),
    path("forums/<slug:slug>/", lists.forum, name="forum"),
    path("changes/", changes.changes, name="changes"),
    path("methodology/", views.methodology, name="methodology"),
    path("sitemap.xml", sitemap.sitemap, name="sitemap"),
    path("sitemap-<slug:section>-<int:number>.xml", sitemap.section, name="sitemap-section"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("healthz", views.healthz, name="healthz"),
]

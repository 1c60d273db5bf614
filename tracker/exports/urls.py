"""Addresses of the files and of the page that documents them."""

from django.urls import path

from tracker.exports import views
from tracker.exports.extract import TABLES

urlpatterns = [
    path("data/", views.data_dictionary, name="data-dictionary"),
    path("datapackage.json", views.datapackage, name="datapackage"),
    *(
        path(
            f"{table.name}.{ending}",
            views.file,
            {"table": table, "ending": ending},
            name=f"{table.name}-{ending}",
        )
        for table in TABLES
        for ending in views.CONTENT_TYPES
    ),
]

"""How Django REST framework serves the API, and drf-spectacular describes it."""

# The API is public: no authentication.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tracker.api.problems.as_problem",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR = {
    "OAS_VERSION": "3.1.1",
    "VERSION": "1",
    "ENUM_NAME_OVERRIDES": {
        "Stage": "tracker.models.Stage",
        "Assessment": "tracker.models.Assessment",
        "Firmness": "tracker.models.Firmness",
        "Instrument": "tracker.models.Instrument",
        "ChangeKind": "tracker.models.ChangeKind",
        "Significance": "tracker.models.Significance",
        "MeetingState": "tracker.models.MeetingState",
        "SourceKind": "tracker.models.SourceKind",
        "PartyKind": "tracker.models.PartyKind",
        "Flag": "tracker.schema.vocabulary.Flag",
        "Movement": "tracker.schema.vocabulary.Movement",
        "Level": "tracker.schema.fields.LEVELS",
        "Precision": "tracker.api.shapes.PRECISIONS",
    },
    "GENERIC_ADDITIONAL_PROPERTIES": None,
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "SERVERS": [{"url": "/"}],
}

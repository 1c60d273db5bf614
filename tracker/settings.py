"""Django settings, read from the environment; missing or invalid values fail at the start.

`DEVELOPMENT=1` means a developer's machine: a secret key is created in an ignored file, localhost
is allowed and HTTPS is not required. Everything else is production.
"""

from __future__ import annotations

from pathlib import Path

import environ

from tracker import __version__
from tracker.api import framework
from tracker.lib import configuration

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# Named by webhooks; part of every ETag, as all settings are.
RELEASE = env.str("RELEASE", default=__version__)
DEVELOPMENT = env.bool("DEVELOPMENT", default=False)
DEBUG = env.bool("DEBUG", default=False)
TESTING = env.bool("TESTING", default=False)

SECRET_KEY = configuration.secret_key(
    env.str("SECRET_KEY", default=""), file=BASE_DIR / ".secret_key" if DEVELOPMENT else None
)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEVELOPMENT else []
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# -- The register -------------------------------------------------------------------------------

SHIPPED_REGISTER = BASE_DIR / "tracker" / "register" / "canada-korea"
REGISTER_NAME = env.str("REGISTER_NAME", default="Commitment Tracker")
# The licence of the register's own texts and data: an SPDX identifier or a URL.
REGISTER_LICENCE = env.str("REGISTER_LICENCE", default="CC-BY-4.0")
# Months without an update after which an open commitment counts as quiet.
QUIET_AFTER_MONTHS = env.int("QUIET_AFTER_MONTHS", default=12)
# Days before the last day of its target from which an open commitment counts as due soon.
DUE_SOON_DAYS = env.int("DUE_SOON_DAYS", default=90)
# Days without a line of the log after which the clock is believed only when an operator says so
# (`manage.py accept_clock`): one that is years ahead would date lines for ever.
LOG_MAX_SILENCE_DAYS = env.int("LOG_MAX_SILENCE_DAYS", default=36_500 if TESTING else 100)
ROWS_PER_PAGE = 50
FEED_ENTRIES = 50
# The number of updates on one page of a longer history.
HISTORY_PER_PAGE = 50
# Readers of the API who may wait for a line of the log at a time, in each process. Each of them
# holds a thread, so this must stay below the number of threads.
LONG_POLL_WAITERS = env.int("LONG_POLL_WAITERS", default=4)
# Whole files that each process sends at a time: fewer than its threads, so that pages go on.
FILES_AT_ONCE = env.int("FILES_AT_ONCE", default=4)
# Answers that each process makes at a time beside cached ones, which more would slow down.
ANSWERS_AT_ONCE = env.int("ANSWERS_AT_ONCE", default=1)
# And costly ones: files, charts, comparisons, and looks back to a day that is not cached.
COSTLY_ANSWERS_AT_ONCE = env.int("COSTLY_ANSWERS_AT_ONCE", default=1)
# Whether a draft is published only from review, by somebody who neither edited it last nor sent it.
REQUIRE_SECOND_PERSON = env.bool("REQUIRE_SECOND_PERSON", default=not DEVELOPMENT and not TESTING)
# The largest file, in megabytes, that staff may import.
IMPORT_MAX_MB = env.int("IMPORT_MAX_MB", default=50)

# -- Telling subscribers -------------------------------------------------------------------------

# The public base URL, for links in messages that are sent outside a request.
PUBLIC_URL = env.str(
    "PUBLIC_URL",
    default=configuration.public_url(
        [] if DEVELOPMENT else ALLOWED_HOSTS, port=env.str("PORT", default="8000")
    ),
).rstrip("/")
# How e-mail is sent, such as smtp+tls://user:password@mail.example.org:587. Without one there are
# no subscriptions by e-mail; a developer's machine prints messages instead.
EMAIL_URL = env.str("EMAIL_URL", default="consolemail://" if DEVELOPMENT or TESTING else "")
vars().update(env.email_url_config(EMAIL_URL) if EMAIL_URL else {})
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="Commitment Tracker <register@localhost>")
# Seconds to wait before each further attempt to deliver, each lengthened by up to a tenth at
# random, after which the subscription stops.
DELIVERY_RETRY_SECONDS = env.list(
    "DELIVERY_RETRY_SECONDS", cast=float, default=configuration.RETRY_SECONDS
)
# Whether a webhook starts without waiting for staff to approve it.
WEBHOOK_SELF_SERVICE = env.bool("WEBHOOK_SELF_SERVICE", default=DEVELOPMENT)
# Networks, such as 10.1.0.0/16, that webhooks may reach although they are not public.
WEBHOOK_ALLOWED_NETWORKS = env.list("WEBHOOK_ALLOWED_NETWORKS", default=[])
# Whether webhooks may go to addresses without TLS.
WEBHOOK_ALLOW_HTTP = env.bool("WEBHOOK_ALLOW_HTTP", default=False)
# A WebSub hub that feeds name and that is notified of every change.
WEBSUB_HUB = env.str("WEBSUB_HUB", default="")

# -- Django -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "tracker.apps.TrackerConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
]
MIDDLEWARE = [
    "tracker.answers.ResponseCacheMiddleware",
    # Middleware that sets headers comes before any that may refuse a request.
    "csp.middleware.CSPMiddleware",
    "tracker.middleware.SafetyHeaders",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tracker.middleware.ErrorBodies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tracker.middleware.AdmissionGate",
    "tracker.middleware.NormalAddress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tracker.accounts.gate.KeepSessionWhileBusy",
    "tracker.accounts.gate.RequireSecondFactor",
    "simple_history.middleware.HistoryRequestMiddleware",
]
ROOT_URLCONF = "tracker.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [*configuration.CONTEXT_PROCESSORS, "tracker.context.register"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Database -----------------------------------------------------------------------------------

DATABASES = configuration.databases(
    env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}"),
    # A loaded test machine may need many seconds.
    timeout=120 if TESTING else 20,
    max_age=env.int("CONN_MAX_AGE", default=60),
    own_sessions=not TESTING,  # a test's transaction is that of one database
    # A streaming replica of a PostgreSQL, from which public responses are read where it is current.
    replica=env.db_url_config(url) if (url := env.str("DATABASE_REPLICA_URL", "")) else None,
)
DATABASE_ROUTERS = ["tracker.lib.session_database.SessionRouter", "tracker.lib.replica.Router"]

# -- What processes share -------------------------------------------------------------------------

# The counters that slow down guessing of passwords must be the same in every process, so beyond a
# developer's machine they are in the database, whose table `migrate` makes.
_COUNTERS = "locmemcache://" if DEVELOPMENT or TESTING else "dbcache://shared_by_processes"
CACHES = {"default": configuration.counters(env.cache_url("CACHE_URL", default=_COUNTERS))}
# Whole public responses that each process caches, some 20 kB each, least recently used out first;
# the key includes the state of the log, so none is stale. 0 for none.
KEPT_ANSWERS = env.int("KEPT_ANSWERS", default=2_000)
# A Redis or Valkey by which processes share them.
CACHES["answers"] = configuration.shared_answers(
    env.cache_url("ANSWERS_CACHE_URL", default="dummycache://")
)

# -- Words and days -----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "tracker" / "locale"]
# The time zone in which days begin, such as the first day on which something is overdue.
TIME_ZONE = env.str("TIME_ZONE", default="UTC")

# -- Files --------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / ".static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
_PLAIN_STATIC = DEVELOPMENT or TESTING
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if _PLAIN_STATIC
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = _PLAIN_STATIC
# Files that browsers and phones request at the root of every site.
WHITENOISE_ROOT = BASE_DIR / "static" / "root"

# -- Safety -------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = configuration.CONTENT_SECURITY_POLICY
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
_HTTPS = env.bool("HTTPS", default=not DEVELOPMENT and not TESTING)
SECURE_SSL_REDIRECT = _HTTPS
# Load balancer probes use plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31_536_000) if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
# A worksheet may be saved after the session whose CSRF token it has.
CSRF_FAILURE_VIEW = "tracker.admin.worksheet.lost_sessions.csrf_failure"
# A hundred rows of a worksheet, sent at once by a browser without JavaScript.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_HTTPONLY = True
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# -- Signing in ---------------------------------------------------------------------------------

# For staff only; administrators create the accounts. See tracker/accounts/.
AUTHENTICATION_BACKENDS = ["tracker.accounts.backend.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = configuration.PASSWORD_VALIDATORS
if TESTING:
    # A slow hash protects real passwords, and tests have none.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Whether the admin requires a session that has proven a second factor.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=not DEVELOPMENT and not TESTING)
# Minutes after the last page of the admin at which a session ends; closing the browser ends it too.
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=60)
SESSION_COOKIE_AGE = SESSION_IDLE_MINUTES * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "tracker.accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "tracker.accounts.forms.SignInForm",
    "reset_password": "tracker.accounts.forms.ForgottenPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if _HTTPS else "http"
ACCOUNT_EMAIL_VERIFICATION = "none"  # administrators vouch for the addresses
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"{REGISTER_NAME}: "
# allauth's own token keeps a table of addresses beside the accounts' own.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - no password
ACCOUNT_RATE_LIMITS = {
    # Requests for a new password. From one network: more get 429.
    "reset_password": "10/h/ip,30/d/ip",
    # To one address, and to all together: more are silently not sent (see the form).
    "reset_message": "1/10m/key,5/d/key",
    "reset_messages": "200/h/key",
}

MFA_ADAPTER = "tracker.accounts.adapters.FactorAdapter"
MFA_FORMS = {
    "authenticate": "tracker.accounts.forms.CodeForm",
    "reauthenticate": "tracker.accounts.forms.ConfirmWithCodeForm",
    "add_webauthn": "tracker.accounts.forms.AddPasskeyForm",
    "authenticate_webauthn": "tracker.accounts.forms.UsePasskeyForm",
    "login_webauthn": "tracker.accounts.forms.SignInWithPasskeyForm",
    "reauthenticate_webauthn": "tracker.accounts.forms.ConfirmWithPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = REGISTER_NAME
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Passkeys need HTTPS; browsers make an exception for localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEVELOPMENT or TESTING

# Single sign-on: an OpenID Connect provider, such as https://login.example.org/realms/staff
OIDC_ID = "sso"
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
# The name on its button, after "Sign in with".
OIDC_NAME = env.str("OIDC_NAME", default="single sign-on")
SOCIALACCOUNT_ADAPTER = "tracker.accounts.adapters.ProviderAdapter"
SOCIALACCOUNT_PROVIDERS = configuration.openid_connect(
    provider_id=OIDC_ID,
    name=OIDC_NAME,
    client_id=OIDC_CLIENT_ID,
    secret=OIDC_CLIENT_SECRET,
    server_url=OIDC_SERVER_URL,
)

# -- The API and the log of the server -----------------------------------------------------------

REST_FRAMEWORK = framework.REST_FRAMEWORK
SPECTACULAR_SETTINGS = {**framework.SPECTACULAR, "TITLE": REGISTER_NAME}
LOGGING = configuration.console_logging(env.str("LOG_LEVEL", default="INFO"))

"""Settings. Everything from the environment is read here, once; see .env.example.

Safe defaults run on a fresh clone with SQLite. `DEBUG=false` is production: it then
refuses the default keys here and warns of more in `erp_portal/checks.py`.
"""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

from erp_portal import environment as env

BASE_DIR = Path(__file__).resolve().parent.parent
env.load_dotenv(BASE_DIR / ".env")

# --- what Django needs -------------------------------------------------------------
DEBUG = env.flag("DEBUG", default=True)
DEVELOPMENT_KEY = "only-for-development-and-refused-when-debug-is-off"
SECRET_KEY = env.secret("SECRET_KEY", DEVELOPMENT_KEY)
if not DEBUG and (SECRET_KEY == DEVELOPMENT_KEY or len(SECRET_KEY) < 32):
    raise ImproperlyConfigured(
        "SECRET_KEY must be your own, 32 characters or more, when DEBUG=false."
    )
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [])
BASE_URL = env.text("BASE_URL", "http://127.0.0.1:8000")  # how people and remotes reach us

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # the site is ours; unfold would put its own in place
    "unfold.contrib.filters",
    "erp_portal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_q",
    "rest_framework",
    "drf_spectacular",
    "integrations.engine.apps.EngineConfig",
    "integrations.apps.IntegrationsConfig",
    "quotes.apps.QuotesConfig",
]

MIDDLEWARE = [
    "erp_portal.health.HealthMiddleware",  # first: probes know neither HTTPS nor our name
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "erp_portal.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "erp_portal.middleware.PortalPagesMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "erp_portal.urls"
WSGI_APPLICATION = "erp_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "quotes.portal.context.portal",
            ]
        },
    }
]

# --- database ----------------------------------------------------------------------
DATABASES = {
    "default": env.database_url("DATABASE_URL", f"sqlite:///{BASE_DIR / 'portal.sqlite3'}")
}
ON_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")
if ON_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a reader that turns writer must not fail half-way
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # Connections are kept: django-q2 does a seventh of the work without (measured).
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A process that is frozen inside a transaction would keep its row locks for as long, and
    # nobody could give its leases back: the server ends such a session, or the beat does.
    IDLE_IN_TRANSACTION_S = env.seconds("DATABASE_IDLE_IN_TRANSACTION_S", 20)
    if env.flag("ENGINE_PREPARE", True):  # a pooler that shares sessions refuses such options
        DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
            "options", f"-c idle_in_transaction_session_timeout={int(IDLE_IN_TRANSACTION_S * 1000)}"
        )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"  # ids in order of time; tables grow

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# --- people ------------------------------------------------------------------------
AUTH_USER_MODEL = "integrations.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = reverse_lazy("admin:login")

# --- language, time, files ---------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]  # of the buyers' pages
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "erp_portal.formats"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "erp_portal" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True  # so that a fresh clone needs no collectstatic

# --- safety ------------------------------------------------------------------------
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 0 if DEBUG else env.number("SECURE_HSTS_SECONDS", 3600)
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
BEHIND_HTTPS_PROXY = env.flag("BEHIND_HTTPS_PROXY", default=False)
if BEHIND_HTTPS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of our own append to X-Forwarded-For; without any the header is not believed.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 1 if BEHIND_HTTPS_PROXY else 0)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # the editor of a quote with 500 lines sends 8 000
FILE_UPLOAD_HANDLERS = [
    "quotes.portal.uploads.RefuseTooLarge",  # before anything is written to the disk
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- mail --------------------------------------------------------------------------
_mail = env.mail_url("EMAIL_URL", "consolemail://")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_HOST = _mail.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _mail.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _mail.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _mail.get("EMAIL_FILE_PATH") or None
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "portal@localhost")

# --- credentials of remote systems: Fernet keys, newest first ---------------------------
# Old keys stay in the list until `manage.py rotate_keys` has re-encrypted every row.
CREDENTIAL_KEYS = env.fernet_keys("CREDENTIAL_KEYS")
if not CREDENTIAL_KEYS:
    if not DEBUG:
        raise ImproperlyConfigured(
            "CREDENTIAL_KEYS must hold at least one Fernet key when DEBUG=false "
            "(`python manage.py generate_key` prints one)."
        )
    _digest = hashlib.sha256(SECRET_KEY.encode()).digest()
    CREDENTIAL_KEYS = [base64.urlsafe_b64encode(_digest).decode()]

# --- the engine: leases, beats and limits; tests make them short ----------------------
ENGINE = {
    "lease_s": env.seconds("ENGINE_LEASE_S", 25),
    "heartbeat_s": env.seconds("ENGINE_HEARTBEAT_S", 5),
    "beat_s": env.seconds("ENGINE_BEAT_S", 1),
    "canary_s": env.seconds("ENGINE_CANARY_S", 5),
    "canary_stale_s": env.seconds("ENGINE_CANARY_STALE_S", 20),
    "backoff_base_s": env.seconds("ENGINE_BACKOFF_BASE_S", 5),
    "backoff_cap_s": env.seconds("ENGINE_BACKOFF_CAP_S", 900),
    "breaker_open_s": env.seconds("ENGINE_BREAKER_OPEN_S", 20),
    "breaker_failures": env.number("ENGINE_BREAKER_FAILURES", 5, minimum=1),
    "max_crashes": env.number("ENGINE_MAX_CRASHES", 3, minimum=1),
    "longest_step_s": env.seconds("ENGINE_LONGEST_STEP_S", 120),  # then it counts as hung
    "threads": 1 if ON_SQLITE else env.number("ENGINE_THREADS", 4, minimum=1),  # per process
    # Both need a database session of their own: false behind a pooler that shares sessions.
    "notify": env.flag("ENGINE_NOTIFY", True),
    "prepare": env.flag("ENGINE_PREPARE", True),
    # How long one job presses the rows of a bulk press before the next one goes on.
    "press_pass_s": env.seconds("ENGINE_PRESS_PASS_S", 15),
    "keep_done_days": env.number("ENGINE_KEEP_DONE_DAYS", 90, minimum=1),
}
# Modules imported at start that register further job kinds (plug-ins, tests).
ENGINE_EXTRA_KINDS = env.words("ENGINE_EXTRA_KINDS", [])
# Adapters of packages that are not part of the portal: kind=dotted.path.of.its.SPEC.
ADAPTERS = env.pairs("ADAPTERS")
# How often flows that poll look for what events missed.
SWEEP_S = env.seconds("SWEEP_S", 60)
SWEEP_OVERLAP_S = env.seconds("SWEEP_OVERLAP_S", 300)
# Going live asks for a plan no older than this; a run that would remove more than this share of
# what is linked asks a person first.
PLAN_FRESH_S = env.seconds("PLAN_FRESH_S", 24 * 3600)
MOST_REMOVALS_PCT = env.number("MOST_REMOVALS_PCT", 10, minimum=0)
# What a sync writes to the storefront in one call, and for how long it leaves it alone after each,
# in percent of the time the call took. What was measured, and how to on your own machines, is in
# docs/production.md.
PRODUCTS_AT_ONCE = env.number("PRODUCTS_AT_ONCE", 100, minimum=1)
PRICES_AT_ONCE = env.number("PRICES_AT_ONCE", 250, minimum=1)
LEVELS_AT_ONCE = env.number("LEVELS_AT_ONCE", 250, minimum=1)
WRITES_REST_PCT = env.number("WRITES_REST_PCT", 0, minimum=0)
# How often remotes that call us only for some days are looked after.
SUBSCRIPTION_CHECK_S = env.seconds("SUBSCRIPTION_CHECK_S", 3600)
POLL_UNSETTLED_S = env.seconds("POLL_UNSETTLED_S", 2)  # what a poll leaves to the next one

# --- django-q2: wake-ups only; see integrations/engine/queue.py -----------------------
Q_WORKERS = env.number("Q_WORKERS", 2, minimum=1)
_REDIS_URL = env.secret("Q_REDIS_URL")
_lane = {"workers": Q_WORKERS, "queue_limit": Q_WORKERS}
Q_CLUSTER = {
    "name": "orders",  # the lane that never waits behind batch work
    "ALT_CLUSTERS": {"batch": dict(_lane)},
    **_lane,
    **({"redis": _REDIS_URL} if _REDIS_URL else {"orm": "default"}),
    "bulk": 1,
    "poll": env.seconds("Q_POLL_S", 0.05),
    "timeout": env.number("Q_TIMEOUT_S", 120, minimum=10),
    "retry": env.number("Q_RETRY_S", 300, minimum=20),  # longer than timeout + wait in the queue
    "max_attempts": 1,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": -1,  # history lives in our own tables
    "recycle": 100_000,  # a task is only a wake-up; memory is what recycles a process
    "max_rss": 400_000,
    "scheduler": False,  # schedules are rows of Flow, run by the beat
    "label": "django-q2",
}

# --- inbound hooks -------------------------------------------------------------------
HOOK_MAX_BYTES = env.number("HOOK_MAX_BYTES", 1_000_000, minimum=1000)
HOOK_TOLERANCE_S = env.seconds("HOOK_TOLERANCE_S", 300)

# --- the catalogue copy --------------------------------------------------------------
# Stock and prices of the ERP that were last named longer ago are marked, and not quoted from.
CATALOGUE_COPY_STALE_HOURS = env.number("CATALOGUE_COPY_STALE_HOURS", 48, minimum=1)

# --- quotes --------------------------------------------------------------------------
QUOTE_ANSWER_DUE_H = env.number("QUOTE_ANSWER_DUE_H", 48, minimum=1)  # then sales is overdue
QUOTE_REMINDER_H = env.number("QUOTE_REMINDER_H", 72, minimum=1)  # before an offer ends
SALES_EMAILS = env.words("SALES_EMAILS", [])  # told of what has no owner yet
QUOTE_BASIS_CHECK_H = env.number("QUOTE_BASIS_CHECK_H", 24, minimum=1)  # prices of open offers
QUOTE_MESSAGE_WAIT_S = env.number("QUOTE_MESSAGE_WAIT_S", 120, minimum=0)  # one mail for several
QUOTE_QUESTION_DAYS = env.number("QUOTE_QUESTION_DAYS", 30, minimum=1)  # unanswered, then ended
# Files of requests: outside everything that is served, one folder for all web processes.
ATTACHMENT_ROOT = Path(env.text("ATTACHMENT_ROOT", str(BASE_DIR / "var" / "attachments")))
ATTACHMENT_MAX_BYTES = env.number("ATTACHMENT_MAX_BYTES", 10_000_000, minimum=1000)
ATTACHMENTS_PER_REQUEST = env.number("ATTACHMENTS_PER_REQUEST", 20, minimum=1)
# Nobody approves what they submitted, nor two steps of one quote.
QUOTE_FOUR_EYES = env.flag("QUOTE_FOUR_EYES", default=True)
# What the ERP cannot judge (no limit told, or in another currency): sales lets it pass, or is told.
QUOTE_CREDIT_UNJUDGED = env.choice("QUOTE_CREDIT_UNJUDGED", "hold", ["hold", "warn"])

# --- the API for the storefront's server ------------------------------------------------
RFQ_MAX_BYTES = env.number("RFQ_MAX_BYTES", 1_000_000, minimum=1000)
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PERMISSION_CLASSES": [],  # who may ask is decided by the signature
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "quotes.api.errors.answer_to",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ERP Portal",
    "DESCRIPTION": "Requests for quote and quotes, for the storefront's server.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "RfqState": "quotes.states.RfqState",
        "QuoteState": "quotes.states.VersionState",
    },
}

# --- outbound HTTP ---------------------------------------------------------------------
HTTP_CONNECT_TIMEOUT_S = env.seconds("HTTP_CONNECT_TIMEOUT_S", 5)
HTTP_READ_TIMEOUT_S = env.seconds("HTTP_READ_TIMEOUT_S", 15)
HTTP_MAX_RESPONSE_BYTES = env.number("HTTP_MAX_RESPONSE_BYTES", 50_000_000, minimum=10_000)
PLAN_KEEP_DAYS = env.number("PLAN_KEEP_DAYS", 14, minimum=1)
EXCHANGE_KEEP_DAYS = env.number("EXCHANGE_KEEP_DAYS", 30, minimum=1)

# --- alerts: one mail and one signed webhook per cause ----------------------------------
ALERT_EMAILS = env.words("ALERT_EMAILS", [])
ALERT_WEBHOOK_URL = env.http_url("ALERT_WEBHOOK_URL")
ALERT_WEBHOOK_SECRET = env.webhook_secret("ALERT_WEBHOOK_SECRET")  # whsec_… (Standard Webhooks)

# --- the buyers' pages -------------------------------------------------------------------
PORTAL_NAME = env.text("PORTAL_NAME", "ERP Portal")  # the seller, as buyers know them
PORTAL_SESSION_HOURS = env.number("PORTAL_SESSION_HOURS", 12, minimum=1)  # then an idle one ends
PORTAL_LOGO = env.text("PORTAL_LOGO")  # path of a PNG or JPEG for printed quotes
PORTAL_TIME_ZONE = env.time_zone("PORTAL_TIME_ZONE", "UTC")  # the seller's: days, ends of offers
PORTAL_CURRENCIES = env.currencies("PORTAL_CURRENCIES", ["EUR"])  # of requests; the first is preset

# Invoices that buyers fetch from the ERP through their pages.
INVOICE_MAX_BYTES = env.number("INVOICE_MAX_BYTES", 10_000_000, minimum=10_000)
INVOICE_WAIT_S = env.seconds("INVOICE_WAIT_S", 15)  # of a buyer for the ERP, in all
INVOICE_KEEP_S = env.seconds("INVOICE_KEEP_S", 3600)  # then it is fetched anew

# --- the sandbox -------------------------------------------------------------------------
# Shared with stand-ins on this machine, whose faults the console may then set; a demo makes one.
SANDBOX_KEY = env.secret("SANDBOX_KEY")
if SANDBOX_KEY and not DEBUG:
    raise ImproperlyConfigured("SANDBOX_KEY is for trying things out: leave it empty, or DEBUG on.")

# --- logging ---------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOG_FORMAT = env.choice("LOG_FORMAT", "plain", ("plain", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "context": {"()": "integrations.logs.ContextFilter"},
        "hook_tokens": {"()": "integrations.logs.HookTokenFilter"},
    },
    "formatters": {
        "plain": {"()": "integrations.logs.PlainFormatter"},
        "json": {"()": "integrations.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["context"],
            "formatter": LOG_FORMAT,
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "integrations": {"level": LOG_LEVEL},
        "quotes": {"level": LOG_LEVEL},
        "erp_portal": {"level": LOG_LEVEL},
        # What Django says of requests; runserver's lines have a logger of their own.
        "django.request": {"filters": ["hook_tokens"]},
        "django.server": {
            "filters": ["hook_tokens"],
            "handlers": ["console"],
            "level": "INFO",
            "propagate": False,
        },
    },
}

# --- the console's looks -----------------------------------------------------------------


def _static(path: str) -> Callable[[HttpRequest], str]:
    """The address of a static file, found when a page asks: no file is served yet here."""
    return lambda request: static(path)


UNFOLD = {
    "SITE_TITLE": "ERP Portal",
    "SITE_HEADER": "ERP Portal",
    "SITE_SUBHEADER": "Storefront, ERP and CRM in step",
    "SITE_SYMBOL": "sync_alt",
    "SITE_URL": None,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": _static("console/mark.svg")},
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "STYLES": [_static("console/console.css")],
    "SCRIPTS": [_static("console/keyboard.js"), _static("console/labels.js")],
    "LOGIN": {"image": _static("console/sign-in.svg")},
    "DASHBOARD_CALLBACK": "erp_portal.first_page.fill",
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "erp_portal.navigation.sidebar",
    },
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .012 240)",
            "100": "oklch(94.5% .026 240)",
            "200": "oklch(89.5% .053 240)",
            "300": "oklch(82% .09 240)",
            "400": "oklch(72% .125 242)",
            "500": "oklch(62% .14 244)",
            "600": "oklch(50% .13 246)",
            "700": "oklch(43.5% .115 247)",
            "800": "oklch(38% .095 248)",
            "900": "oklch(33% .075 249)",
            "950": "oklch(25% .055 250)",
        },
    },
}

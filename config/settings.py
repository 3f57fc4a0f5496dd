"""The settings: one file, all from the environment (see .env.example and docs/settings.md)."""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
import dj_email_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import secrets
from config.env import load_env_file, read_bool, read_choice, read_int, read_list, read_path, read_port, read_text
from ops.runtime.layout import Layout

BASE_DIR = Path(__file__).resolve().parent.parent
load_env_file(BASE_DIR / ".env")
VERSION = "0.1.0"

# -- where things are ---------------------------------------------------------------------------------------
APP_ENV = read_choice("APP_ENV", "development", ("development", "production", "recovery"))
IS_PRODUCTION = APP_ENV != "development"
VAR_DIR = read_path("VAR_DIR", BASE_DIR / "var")
LOG_DIR = read_path("LOG_DIR", BASE_DIR / "logs")
BACKUP_DIR = read_path("BACKUP_DIR", VAR_DIR / "backups")
# Closed to others from the first moment; one that exists keeps the rights its owner gave it.
VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
AUDIT_MODE = read_bool("AUDIT_MODE", False)
AUDIT_DIR = read_path("AUDIT_DIR", VAR_DIR / "audit")
PID_FILE = read_path("PID_FILE", BASE_DIR / ".production.pid")
LAYOUT = Layout(VAR_DIR)
EMBEDDED_OS_USER = read_text("EMBEDDED_OS_USER")
EMBEDDED_PG_BINDIR = read_text("EMBEDDED_PG_BINDIR")

# -- addresses ----------------------------------------------------------------------------------------------
BIND = read_text("BIND", "127.0.0.1")
PORT = read_port("PORT", 3000)
TERMINAL_PORT = read_port("TERMINAL_PORT", 4001)
ASSISTANT_PORT = read_port("ASSISTANT_PORT", 4002)
PUBLIC_URL = read_text("PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = read_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
TRUSTED_PROXIES = read_list("TRUSTED_PROXIES")
WEB_WORKERS = read_int("WEB_WORKERS", 2, low=1, high=64)
WEB_THREADS = read_int("WEB_THREADS", 2, low=1, high=64)

# -- secrets ------------------------------------------------------------------------------------------------
SECRET_KEY = secrets.read_secret("SECRET_KEY", LAYOUT.secrets_dir, production=IS_PRODUCTION)
JWT_SECRET = secrets.read_secret("JWT_SECRET", LAYOUT.secrets_dir, production=IS_PRODUCTION)
# Older ones only verify. Rotation writes the file; whoever keeps secrets in the environment lists them here instead.
JWT_OLD_SECRETS = [secrets.check_strength("JWT_OLD_SECRETS", value) for value in read_list("JWT_OLD_SECRETS")]
JWT_KEY_RING = read_path("JWT_KEY_RING", LAYOUT.secrets_dir / "jwt_keys.json")
FIELD_ENCRYPTION_KEYS = secrets.read_secrets("FIELD_ENCRYPTION_KEYS", LAYOUT.secrets_dir, production=IS_PRODUCTION)
METRICS_TOKEN = read_text("METRICS_TOKEN")

# -- application --------------------------------------------------------------------------------------------
DEBUG = False
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "health_check",
    "config.apps.CompositionConfig",
    "common.apps.CommonConfig",
    "accounts.apps.AccountsConfig",
    "portfolio.apps.PortfolioConfig",
    "terminal.apps.TerminalConfig",
    "assistant.apps.AssistantConfig",
    "ops.apps.OpsConfig",
]

MIDDLEWARE = [
    "ops.middleware.health_middleware",
    "common.api.slash.api_slash_middleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.origin_middleware",
    "accounts.middleware.user_session_middleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

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
                "config.context.page_context",
            ],
        },
    },
]

# -- database -----------------------------------------------------------------------------------------------
# A connection stays open (a fresh scram sign-in costs 13 ms): one for each thread of the web process; in processes whose
# threads come and go, a pool. The health check makes the first request after a restart of the database succeed; the short
# time-outs make a dead database an error, not a hanging page. Measured in docs/adr/0003-runtime.md.
DATABASE_URL = read_text("DATABASE_URL")
IS_DATABASE_EMBEDDED = not DATABASE_URL
DATABASE_TIMEOUT_MS = read_int("DATABASE_TIMEOUT_MS", 30_000, low=100)
if IS_DATABASE_EMBEDDED:
    _database: dict[str, Any] = {
        "ENGINE": "config.postgresql",
        "NAME": "portfolio",
        "USER": "portfolio",
        "PASSWORD": secrets.read_generated("database_password", LAYOUT.secrets_dir),
        "HOST": str(LAYOUT.postgres_socket_dir),
        "PORT": "5432",
    }
else:
    try:
        _database = {**dj_database_url.parse(DATABASE_URL)}
    except ValueError as error:
        raise ImproperlyConfigured("DATABASE_URL: not a database address like postgresql://user:password@host:5432/name") from error
    if _database.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL: only PostgreSQL is supported (postgresql://…)")
DATABASE_SUPERUSER_PASSWORD = secrets.read_generated("database_superuser_password", LAYOUT.secrets_dir) if IS_DATABASE_EMBEDDED else ""
DATABASE_POOL_SIZE = read_int("DATABASE_POOL_SIZE", 0, low=0, high=200)
_options = {
    **_database.get("OPTIONS", {}),
    "connect_timeout": 2,
    "options": f"-c statement_timeout={DATABASE_TIMEOUT_MS} -c idle_in_transaction_session_timeout=60000 -c lock_timeout=10000",
}
if not IS_DATABASE_EMBEDDED:
    _options["tcp_user_timeout"] = 10_000
if DATABASE_POOL_SIZE:
    _options["pool"] = {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 3, "reconnect_timeout": 3, "max_idle": 300}
DATABASES = {"default": {**_database, "CONN_MAX_AGE": 0 if DATABASE_POOL_SIZE else 600, "CONN_HEALTH_CHECKS": True, "OPTIONS": _options}}

# -- cache, channel layer, queue ----------------------------------------------------------------------------
REDIS_URL = read_text("REDIS_URL").rstrip("/")
IS_CACHE_EMBEDDED = not REDIS_URL
_socket = LAYOUT.valkey_socket
CACHE_URL = f"unix://{_socket}?db=0" if IS_CACHE_EMBEDDED else f"{REDIS_URL}/0"
CHANNELS_URL = f"unix://{_socket}?db=2" if IS_CACHE_EMBEDDED else f"{REDIS_URL}/2"
CELERY_BROKER_URL = f"redis+socket://{_socket}?virtual_host=1" if IS_CACHE_EMBEDDED else f"{REDIS_URL}/1"

CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": CACHE_URL,
        "TIMEOUT": 900,
        "KEY_PREFIX": "spms",
        "OPTIONS": {
            "CLIENT_CLASS": "django_redis.client.DefaultClient",
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_CONNECT_TIMEOUT": 1,
            "SOCKET_TIMEOUT": 1,
            "IGNORE_EXCEPTIONS": True,
        },
    },
}
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": CHANNELS_URL, "socket_timeout": None}], "prefix": "spms"},
    },
}

# What an open socket asks about its session.
SOCKET_SESSION_CHECK = "accounts.selectors.sessions.is_session_live"

CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 3600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Few and quick retries: a page that cannot reach the queue must know at once; the worker's own reconnection is another setting.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 7200,
    "global_keyprefix": "spms:",
    "socket_connect_timeout": 2,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# -- people and sessions ------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ["email", "name"]}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.GuessablePasswordValidator"},
    {"NAME": "accounts.passwords.StorableTextValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "portfolio:dashboard"
LOGOUT_REDIRECT_URL = "accounts:login"

# Sessions are read from the cache and written through to the database: they outlive a restart of either.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 30 * 24 * 3600
_prefix = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}session"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
DEVICE_COOKIE_NAME = f"{_prefix}device"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# The keys are not the library's affair: accounts.keyring signs and verifies.
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "ISSUER": "spms",
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "sub",
    "UPDATE_LAST_LOGIN": False,
}

# -- browser security ---------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if IS_HTTPS:
    SECURE_HSTS_SECONDS = 63_072_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^api/health"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# A policy cannot name a bare IPv6 address; "*" would allow any host.
_hosts = [host for host in ALLOWED_HOSTS if host[0] not in "*["]
_sockets = [f"{scheme}://{host}:{port}" for scheme in ("ws", "wss") for host in _hosts for port in (TERMINAL_PORT, ASSISTANT_PORT)]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *_sockets],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
        "object-src": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
IMPORT_MAX_BYTES = read_int("IMPORT_MAX_BYTES", 50 * 2**20, low=1024)

# -- API ----------------------------------------------------------------------------------------------------
API_WRITES_PER_MINUTE = read_int("API_WRITES_PER_MINUTE", 1200, low=1)
API_FIGURES_PER_MINUTE = read_int("API_FIGURES_PER_MINUTE", 1200, low=1)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.PersonalTokenAuthentication",
        "accounts.api.authentication.SessionTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["common.api.throttles.APIThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["common.api.renderers.FastJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.CursorPages",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.api.negotiation.OneAnswer",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "common.api.errors.answer_error",
    "COERCE_DECIMAL_TO_STRING": True,
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Stock Portfolio Management System",
    "DESCRIPTION": "Ledger, holdings, performance. Decimals are strings, times are ISO 8601 UTC, rates are fractions.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/",
    "ENUM_NAME_OVERRIDES": {
        "TransactionKind": "portfolio.services.kinds.list_kind_choices",
        "InstrumentKind": "portfolio.models.Instrument.Kind",
        "SessionKind": "accounts.models.UserSession.Kind",
        "ShareKind": "portfolio.models.Share.Kind",
        "ShareRole": "portfolio.models.Share.Role",
        "LotMethod": "portfolio.models.Portfolio.LotMethod",
        "PriceSource": "portfolio.models.Instrument.Source",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "common.api.schema.describe_conventions"],
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}

# -- administration -----------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "Stock Portfolio administration",
    "SITE_HEADER": "Stock Portfolio",
    "SITE_SUBHEADER": "Administration",
    "SITE_ICON": "config.admin.find_icon",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.admin.find_icon"}],
    "STYLES": ["config.admin.find_styles"],
    "BORDER_RADIUS": "8px",
    "ENVIRONMENT": "config.admin.show_environment",
    "SIDEBAR": {"show_search": True, "navigation": "config.admin.list_navigation"},
    "COLORS": {
        "primary": {
            "50": "#eef3ff",
            "100": "#dce6ff",
            "200": "#bfd0ff",
            "300": "#95b0ff",
            "400": "#6488f8",
            "500": "#3f68ec",
            "600": "#1f4fd8",
            "700": "#1b41b3",
            "800": "#1b3990",
            "900": "#1b3473",
            "950": "#122048",
        },
    },
}

# -- language, time, files ----------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR_DIR / "files"}},
    "staticfiles": {"BACKEND": "config.storage.StaticStorage"},
}
WHITENOISE_USE_FINDERS = False
WHITENOISE_MAX_AGE = 3600

# -- mail ---------------------------------------------------------------------------------------------------
EMAIL_URL = read_text("EMAIL_URL", "console:" if not IS_PRODUCTION else "smtp://localhost:25")
globals().update({key: value for key, value in dj_email_url.parse(EMAIL_URL).items() if key.startswith("EMAIL_") and key != "EMAIL_URL"})
DEFAULT_FROM_EMAIL = read_text("DEFAULT_FROM_EMAIL", "portfolio@localhost")

# -- figures and market data --------------------------------------------------------------------------------
MARKET_DATA = read_list("MARKET_DATA", "simulated,ecb", choices=("simulated", "ecb"))
DEMO = read_bool("DEMO", not IS_PRODUCTION)
DEMO_SEED = read_int("DEMO_SEED", 20260101)

# -- logs ---------------------------------------------------------------------------------------------------
LOG_LEVEL = read_choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))


def _log_file(name: str) -> dict[str, object]:
    return {
        # Many processes write to one file, so none of them may rotate it: the runner does, and the writers notice.
        "class": "logging.handlers.WatchedFileHandler",
        "filename": LOG_DIR / f"{name}.log",
        "delay": True,
        "formatter": "json",
    }


LOG_DIR.mkdir(parents=True, exist_ok=True)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        },
        "line": {"format": "%(levelname)s %(name)s: %(message)s"},
        "bare": {"format": "%(message)s"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "production": _log_file("production"),
        "database": {**_log_file("database"), "level": "WARNING"},
        "websocket": _log_file("websocket"),
        "security": _log_file("security"),
        "audit": _log_file("audit"),
        "access": {**_log_file("access"), "formatter": "bare"},
    },
    "root": {"handlers": ["console", "production"], "level": LOG_LEVEL},
    "loggers": {
        "django.db.backends": {"handlers": ["database"], "level": "WARNING"},
        "ops.access": {"handlers": ["access"], "level": "INFO", "propagate": False},
        # A check that fails is in the answer; a traceback a second would bury everything else.
        "health_check": {"level": "CRITICAL"},
        "django.security": {"handlers": ["security"]},
        "accounts": {"handlers": ["security"]},
        "accounts.audit": {"handlers": ["audit"], "level": "INFO", "propagate": False},
        "daphne": {"handlers": ["websocket"], "level": "WARNING"},
        "terminal": {"handlers": ["websocket"]},
        "assistant": {"handlers": ["websocket"]},
    },
}
logging.captureWarnings(True)

"""All settings, from the environment.

`NINGJU_DEMO=1` is the only switch: with it the product runs as a demonstration on loopback addresses with throw-away
secrets; without it every secret must come from the environment and `config.checks` says in a sentence what is missing.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

UNREADABLE: dict[str, str] = {}  # settings that are not what they should be, with what they should be


def number(name: str, default: int, *, least: int = 1) -> int:
    """A whole number of the environment. Anything else is told by `config.checks`, not by a traceback."""
    text = env.str(name, default="").strip() or str(default)
    if text.isdecimal() and int(text) >= least:
        return int(text)
    UNREADABLE[name] = f"不小于 {least} 的整数"
    return default


def database(text: str, otherwise: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = env.db_url_config(text or otherwise)
    except ValueError:
        found = {}
    if found.get("ENGINE", "").endswith(("postgresql", "sqlite3")):
        return found
    UNREADABLE["DATABASE_URL"] = (
        "数据库的地址，如 postgresql://ningju:password@127.0.0.1/ningju；口令中的斜杠和问号写成 %2F 和 %3F"
    )
    return database(otherwise, otherwise)


def folder(path: Path) -> Path:
    """The folder, which is made when it is missing."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        UNREADABLE["NINGJU_DATA"] = f"运行用户可以写入的目录（{path} 无法建立）"
    return path


DEMO = env.bool("NINGJU_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = folder(Path(env.str("NINGJU_DATA", default="") or BASE_DIR / "var"))

DEMO_SECRET = "demonstration-only-never-in-production-9f2c61d07ab34e58"
SECRET_KEY = env.str("SECRET_KEY", default=DEMO_SECRET)
# key id → base64 of 32 bytes; the first one encrypts, all of them decrypt
DEMO_FIELD_KEYS = {"demo": "bmluZ2p1LWRlbW9uc3RyYXRpb24tb25seS0zMmJ5dGU="}
FIELD_KEYS = env.dict("FIELD_KEYS", default=DEMO_FIELD_KEYS)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if DEMO else env.list("ALLOWED_HOSTS", default=[])
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="ningju-demo")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "config.apps.NingjuAdminConfig",
    "axes",
    "csp",
    "django_filters",
    "django_otp",
    "import_export",
    "core",
    "accounts",
    "orgs",
    "members",
    "activities",
    "dues",
    "instructors",
    "evaluations",
    "reports",
    "demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.AddressMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.ReadingSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.AnswerMiddleware",
    "accounts.middleware.SessionLimitsMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "orgs.middleware.ScopeMiddleware",
    "accounts.middleware.SignInStepsMiddleware",
    "core.middleware.PlainTextMiddleware",
    "core.middleware.WritersMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
                "core.pages.frame",
                "orgs.context.city",
            ]
        },
    }
]

# how many requests of a process may write at once; the other threads (WEB_THREADS) are left for reading and signing in
WEB_WRITERS, WEB_THREADS = number("WEB_WRITERS", 10), number("WEB_THREADS", 20)
WEB_PROCESSES = number("WEB_PROCESSES", 2)  # read by config.gunicorn
# so much of a disk is left free by uploads and exports: small savings go on
DISK_RESERVE_MB = number("DISK_RESERVE_MB", 500, least=0)
# how long a request waits for another writer before it is told so; 0: as long as it takes, as jobs do
LOCK_PATIENCE_SECONDS = number("LOCK_PATIENCE_SECONDS", 0, least=0)
DATABASES = {"default": database(env.str("DATABASE_URL", default=""), f"sqlite:///{DATA_DIR / 'ningju.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        # IMMEDIATE: a transaction that will write waits for the lock at its start instead of failing in its middle
        transaction_mode="IMMEDIATE",
        timeout=LOCK_PATIENCE_SECONDS or 600,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON; PRAGMA cache_size=-65536;",
    )
else:
    DATABASES["default"].update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True)
    # a client killed with -9 must not hold its locks: the server looks every second whether it is still there;
    # compiling a statement costs more than it gains: 9 of 25 seconds of a full recount of 1,000,000 organizations;
    # the statements that are prepared (orgs.facts.prepared) keep their plans from the first time on
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
        "-c client_connection_check_interval=1000 -c jit=off -c plan_cache_mode=force_generic_plan"
        f" -c lock_timeout={LOCK_PATIENCE_SECONDS}s"
    )

FORM_RENDERER = "core.rendering.PlainRenderer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.backends.PasswordBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.validators.Composition"},
    {"NAME": "accounts.validators.NothingPersonal"},
    {"NAME": "accounts.validators.NotUsedBefore"},
    {"NAME": "accounts.validators.NotCommon"},
]

# signing in (rules §8; the defaults are rules §9 `privacy`)
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "front"
LOGOUT_REDIRECT_URL = "login"
TWO_FACTOR = env.bool("NINGJU_TWO_FACTOR", default=not DEMO)
SESSION_IDLE_MINUTES = number("SESSION_IDLE_MINUTES", 15)
SESSION_HOURS = number("SESSION_HOURS", 10)
SESSIONS_AT_ONCE = number("SESSIONS_AT_ONCE", 10 if DEMO else 3)  # of one person; those of a demonstration are shared
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
PASSWORD_MAX_AGE_DAYS = number("PASSWORD_MAX_AGE_DAYS", 90)
PASSWORD_HISTORY = 5
ONE_TIME_CODE_HOURS = number("ONE_TIME_CODE_HOURS", 72)
TRUSTED_PHONE_DAYS = number("TRUSTED_PHONE_DAYS", 90)
ACCOUNT_UNUSED_DAYS = number("ACCOUNT_UNUSED_DAYS", 90)
ADMIN_ADDRESSES = env.list("NINGJU_ADMIN_ADDRESSES", default=[])  # networks; empty: administrators come from anywhere
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])  # networks of our own proxies, whose X-Forwarded-For is true

AXES_LOCKOUT_PARAMETERS = "accounts.backends.lockout_parameters"
AXES_FAILURE_LIMIT = 5
AXES_SPRAYED_NAMES = 10
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # whoever goes on guessing does not lock out others for longer
AXES_COOLOFF_TIME = timedelta(minutes=30)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.sign_in.locked_out"
AXES_USERNAME_CALLABLE = "accounts.backends.lockout_name"
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True  # the audit trail keeps sign-ins
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "ip_address",
    "next",
]  # the page that was asked for may have looked for a number
AXES_VERBOSE = False

# what a page may load and do: nothing but our own files
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True

# uploads go to a file, never to memory; what is larger than any list is not even kept
FILE_UPLOAD_TEMP_DIR = folder(DATA_DIR / "uploads")  # what a killed process left there is removed at night
FILE_UPLOAD_HANDLERS = ["core.uploads.UploadLimit", "django.core.files.uploadhandler.TemporaryFileUploadHandler"]

LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]  # sentences of Django with full-width punctuation
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = folder(DATA_DIR / "static")
WHITENOISE_USE_FINDERS = DEMO
WHITENOISE_AUTOREFRESH = DEMO
if not DEMO:
    # names carry a digest of the content, so that browsers keep files for ever and get new ones at once
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# who ends TLS: "proxy" in front of us, which must set X-Forwarded-Proto itself; or gunicorn, "direct"
TLS = "" if DEMO else env.str("NINGJU_TLS", default="")
if TLS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
if TLS == "proxy":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# the mail server of the weekly reminders, such as smtp+tls://user:password@host:587; without it no mail goes out
EMAIL_URL = env.str("EMAIL_URL", default="")
vars().update(env.email_url_config(EMAIL_URL or "dummymail://"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="ningju@localhost")
MAIL_SUBJECT = "凝聚"

# the heads of the sealed audit trail, outside the database: better on another disk or host; syslog: /dev/log or host:port
SEAL_LOG = Path(env.str("SEAL_LOG", default=str(DATA_DIR / "seals.log")))
SEAL_SYSLOG = env.str("SEAL_SYSLOG", default="")

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "masked": {
            "()": "config.logs.MaskingFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "masked"},
        "seals": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # axes reports its own housekeeping at every sign-in
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},
        "axes": {"level": "WARNING"},
        "core.seals": {"handlers": ["seals"], "propagate": False},
    },
}
if SEAL_SYSLOG:
    host, _, port = SEAL_SYSLOG.partition(":")
    LOGGING["handlers"]["seals"] = {
        "class": "logging.handlers.SysLogHandler",
        "address": (host, int(port)) if port else host,
    }

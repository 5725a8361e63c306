"""All settings, from the environment.

`NINGJU_DEMO=1` is the only switch: with it the product runs as a demonstration on loopback addresses with throw-away
secrets; without it every secret must come from the environment and `config.checks` says in a sentence what is missing.
"""

from pathlib import Path

import environ

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEMO = env.bool("NINGJU_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("NINGJU_DATA", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEMO_SECRET = "demonstration-only-never-in-production-9f2c61d07ab34e58"
SECRET_KEY = env.str("SECRET_KEY", default=DEMO_SECRET)
# key id → base64 of 32 bytes; the first one encrypts, all of them decrypt
FIELD_KEYS = env.dict("FIELD_KEYS", default={"demo": "bmluZ2p1LWRlbW9uc3RyYXRpb24tb25seS0zMmJ5dGU="})
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"] if DEMO else env.list("ALLOWED_HOSTS", default=[])
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="ningju-demo")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "config.apps.NingjuAdminConfig",
    "django_filters",
    "import_export",
    "core",
    "accounts",
    "orgs",
    "members",
    "instructors",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "orgs.middleware.ScopeMiddleware",
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

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'ningju.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        # IMMEDIATE: a transaction that will write waits for the lock at its start instead of failing in its middle
        transaction_mode="IMMEDIATE",
        timeout=60,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    )
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    # a client killed with -9 must not hold its locks: the server looks every second whether it is still there
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c client_connection_check_interval=1000"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.PasswordBackend"]

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_USE_FINDERS = DEMO
WHITENOISE_AUTOREFRESH = DEMO

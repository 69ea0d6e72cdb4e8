"""All settings, read from the environment; runnable when it is empty, loud when a value is wrong."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Where we run -----------------------------------------------------------------------------------------------------
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set, so sessions could be forged; ./market sets one by itself, "
            "elsewhere give the environment a random value of 50 characters or more."
        )
    SECRET_KEY = "only-for-debugging-" + "0" * 40
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
HTTPS = env.bool("HTTPS", default=SITE_URL.startswith("https://"))
SAMPLE_CITY = env.bool("SAMPLE_CITY", default=False)
CITY_NAME = env.str("CITY_NAME", default="湖城市" if SAMPLE_CITY else "")

# --- Rooms ------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "csp",
    "scenemarket",
    "activity",
    "codelists",
    "accounts",
    "listings",
    "opportunities",
    "capabilities",
    "matching",
    "conversations",
    "deals",
    "insights",
    "alliance",
    "events",
    "challenges",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "scenemarket.web.Refusals",
]
ROOT_URLCONF = "scenemarket.urls"
WSGI_APPLICATION = "scenemarket.wsgi.application"
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
                "csp.context_processors.nonce",
                "scenemarket.look.look",
                "accounts.navigation.navigation",
                "insights.guide.here.guide",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgresql://scenemarket@127.0.0.1:5432/scenemarket")}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"].setdefault("OPTIONS", {})["connect_timeout"] = 5
# set for the web (runtime/web.py): whoever waits for a page is told, whoever works through a queue waits
if env.str("DATABASE_LOCK_TIMEOUT", default=""):
    told = DATABASES["default"]["OPTIONS"].get("options", "")
    DATABASES["default"]["OPTIONS"]["options"] = f"{told} -c lock_timeout={env.str('DATABASE_LOCK_TIMEOUT')}".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
    }
}
MEDIA_ROOT = VAR_DIR / "media"
# measured lists that the processes of this machine share; safe to delete, they are built again from the database
SNAPSHOT_DIR = Path(env.str("SNAPSHOT_DIR", default=str(VAR_DIR / "snapshots")))
# what people search in, built by the workers of this machine; safe to delete as well
FINDING_DIR = Path(env.str("FINDING_DIR", default=str(VAR_DIR / "finding")))
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=20 * 1024 * 1024)

# --- Web: pages in threads, open streams in the event loop (docs/decisions/0040) ------------------------------------------
WEB_THREADS = env.int("WEB_THREADS", default=4)
# more than any page takes, so that pages refuse in words; what is larger is not taken in at all
LARGEST_BODY = 3 * IMPORT_MAX_BYTES
LIVE_PER_PERSON = env.int("LIVE_PER_PERSON", default=8)
LIVE_PER_ADDRESS = env.int("LIVE_PER_ADDRESS", default=600)
LIVE_CHECK_SECONDS = env.float("LIVE_CHECK_SECONDS", default=20.0)

# --- Work: PostgreSQL is the queue of record, Celery the wake-up and the muscle (docs/decisions/0002) ---------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 270
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "global_keyprefix": "celery:",
}
CELERY_TASK_PUBLISH_RETRY = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_TASK_DEFAULT_QUEUE = "push"
CELERY_TASK_ROUTES = {
    "listings.tasks.*": {"queue": "bulk"},
    "matching.tasks.work_shard": {"queue": "bulk"},
    "matching.tasks.train_ranker": {"queue": "bulk"},
    "matching.tasks.embed_texts": {"queue": "embed"},
    "matching.tasks.index_listings": {"queue": "bulk"},
}
CELERY_TIMEZONE = "Asia/Shanghai"
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=2.0)
LEASE_SECONDS = env.int("LEASE_SECONDS", default=60)
ANSWER_DAYS = env.int("ANSWER_DAYS", default=7)
REMIND_DAYS = env.int("REMIND_DAYS", default=2)
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "activity.tasks.tick", "schedule": SWEEP_SECONDS, "options": {"expires": 10}},
    "deliver": {"task": "activity.tasks.deliver_due", "schedule": SWEEP_SECONDS, "options": {"expires": 10}},
    "imports": {
        "task": "listings.tasks.sweep_imports",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": 10, "queue": "push"},
    },
    "expire": {"task": "listings.tasks.close_expired", "schedule": 60.0, "options": {"expires": 50, "queue": "push"}},
    "saved": {"task": "listings.tasks.tell_saved", "schedule": 60.0, "options": {"expires": 50, "queue": "push"}},
    "changes": {
        "task": "listings.tasks.forget_changes",
        "schedule": 3600.0,
        "options": {"expires": 3000, "queue": "push"},
    },
    "match": {"task": "matching.tasks.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": 10}},
    "embed": {
        "task": "matching.tasks.embed_texts",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": 4, "queue": "embed"},
    },
    "finding": {"task": "matching.tasks.index_listings", "schedule": 10.0, "options": {"expires": 8, "queue": "bulk"}},
    "vectors": {"task": "matching.tasks.forget_vectors", "schedule": 3600.0, "options": {"expires": 3000}},
    "learning": {"task": "matching.tasks.sweep_learning", "schedule": 60.0, "options": {"expires": 50}},
    "answers": {"task": "matching.tasks.sweep_answers", "schedule": 30.0, "options": {"expires": 25}},
    "deals": {"task": "deals.tasks.sweep", "schedule": SWEEP_SECONDS, "options": {"expires": 10}},
    "figures": {"task": "insights.tasks.keep_figures", "schedule": 5.0, "options": {"expires": 5, "queue": "bulk"}},
}

# --- Meaning: who turns texts into vectors (docs/decisions/0011) ------------------------------------------------------
EMBEDDING = {
    "EMBEDDING_PROVIDER": env.str("EMBEDDING_PROVIDER", default="local"),
    "EMBEDDING_MODEL": env.str("EMBEDDING_MODEL", default=""),
    "EMBEDDING_DIMENSIONS": env.str("EMBEDDING_DIMENSIONS", default=""),
    "EMBEDDING_BUDGET_TOKENS": env.str("EMBEDDING_BUDGET_TOKENS", default=""),
    "EMBEDDING_TIMEOUT": env.str("EMBEDDING_TIMEOUT", default=""),
    "OPENAI_BASE_URL": env.str("OPENAI_BASE_URL", default=""),
    "OPENAI_API_KEY": env.str("OPENAI_API_KEY", default=""),
}

# --- People -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = env.str("ACCOUNT_EMAIL_VERIFICATION", default="optional")
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
# changing the e-mail address asks for the password again, unless it was just given
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignUpName"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "signup": "20/m/ip", "reset_password": "20/m/ip,5/m/key"}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_AGE = 12 * 3600
# the database keeps them, Valkey answers: a query less on every page of a person
SESSION_ENGINE = "scenemarket.sessions"

# --- Mail -------------------------------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="filemail:///" + str(VAR_DIR / "mail").lstrip("/")))
if EMAIL_BACKEND.endswith("filebased.EmailBackend"):  # type: ignore[name-defined]  # noqa: F821
    EMAIL_FILE_PATH = env.str("EMAIL_FILE_PATH", default=str(VAR_DIR / "mail"))
# who answers questions about the site; stands in the foot of every page when given
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="场景集市 <no-reply@scenemarket.example>")

# --- Language, time ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- Assets -----------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *([BASE_DIR / "frontend/dist"] if (BASE_DIR / "frontend/dist").is_dir() else []),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# --- Security ---------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# tries to sign in are counted by address: the proxy's word for it counts only where there is a proxy
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "scenemarket.web.csrf_failed"

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "rest_framework.authentication.TokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "scenemarket.api.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["scenemarket.plainjson.PlainJSON"],
    "EXCEPTION_HANDLER": "scenemarket.api.refuse",
    "DEFAULT_THROTTLE_CLASSES": [],
    "PAGE_SIZE": 20,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SceneMarket API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "DEFAULT_GENERATOR_CLASS": "scenemarket.api_schema.OnceForEachLanguage",
    "TAGS": [
        {"name": "token", "description": _("Signing in")},
        {"name": "opportunities", "description": _("Opportunities")},
        {"name": "capabilities", "description": _("Capabilities")},
        {"name": "matches", "description": _("Matches")},
        {"name": "answers", "description": _("Answers")},
        {"name": "deals", "description": _("Deals")},
        {"name": "runs", "description": _("Match runs")},
        {"name": "conversations", "description": _("Messages")},
        {"name": "inbox", "description": _("Notices")},
        {"name": "organisations", "description": _("Organisations")},
        {"name": "batches", "description": _("Batches")},
        {"name": "codes", "description": _("Code lists")},
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "scenemarket.api.describe_refusals",
    ],
    "ENUM_NAME_OVERRIDES": {
        "ListingState": "listings.states.State",
        "MatchState": "matching.states.MatchState",
        "AnswerState": "matching.states.AnswerState",
        "RunState": "matching.states.RunState",
        "DealStage": "deals.states.Stage",
        "OrganisationKind": "accounts.models.OrganisationKind",
        "ListingKind": "listings.models.Kind",
        "ReportReason": "conversations.states.ReportReason",
        "ReportState": "conversations.states.ReportState",
        "ReasonKind": ["for", "against", "unknown"],
    },
}

# --- Logs -------------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"level": "WARNING"}},
}

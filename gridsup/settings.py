"""All settings; everything that differs between places comes from the environment (docs/operations.md lists it)."""

from datetime import timedelta
from pathlib import Path

from csp.constants import SELF
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _
from environ import Env

from gridsup import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = environment.folder("GRIDSUP_VAR", BASE_DIR / "var")
# KEY=VALUE lines that stand in for unset variables, so that every command of one installation sees the same settings.
if (VAR_DIR / "environment").exists():
    Env.read_env(VAR_DIR / "environment")

DEBUG = environment.flag("DEBUG", default=False)
# A demo database lists its accounts on the login page and may be thrown away; no other database may.
DEMO = environment.flag("GRIDSUP_DEMO", default=False)

# Of every account of a demonstration; its login page shows it.
DEMO_PASSWORD = "gridsup-demo"
DEMO_KEY = "demo-only-key-that-protects-nothing-and-is-refused-elsewhere-0000"
SECRET_KEY = environment.secret("SECRET_KEY", DEMO_KEY if DEMO or DEBUG else "")
# Keys of before: what they signed stays valid, and the audit trail of their time can still be checked.
SECRET_KEY_FALLBACKS = environment.listed("SECRET_KEY_FALLBACKS")

ALLOWED_HOSTS = environment.hosts("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = environment.listed("CSRF_TRUSTED_ORIGINS")
HTTPS = environment.flag("HTTPS", default=not (DEMO or DEBUG))
# A proxy before the site says by which scheme and from which address a request came; without one anybody could say so.
BEHIND_PROXY = environment.flag("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "gridsup.forgery.refused"
SECURE_HSTS_SECONDS = environment.number("HSTS_SECONDS", 31_536_000 if HTTPS else 0, most=63_072_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "gridsup",
    "grids",
    "subjects",
    "inspections",
    "complaints",
    "assessment",
    "unfold.apps.BasicAppConfig",
    "gridsup.backoffice.config.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "axes",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "gridsup.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "gridsup.middleware.WayBack",
    "gridsup.audit.recording.AuditMiddleware",
    "grids.gate.Gate",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "gridsup.urls"
WSGI_APPLICATION = "gridsup.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gridsup.context.site",
            ],
        },
    },
]

DATABASES = {"default": environment.database("DATABASE_URL", VAR_DIR / "gridsup.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "grids.Officer"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "grids.backends.DutyBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "grids.passwords.LongEnough",
        "OPTIONS": {"least": environment.number("PASSWORD_LENGTH", 10, least=8, most=64)},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "grids.passwords.KindsOfCharacters"},
    {"NAME": "grids.passwords.WithoutUserName"},
    {
        "NAME": "grids.passwords.NotUsedBefore",
        "OPTIONS": {"last": environment.number("PASSWORD_HISTORY", 5, least=1, most=24)},
    },
]
# A session ends after so many minutes without a request, and after so many hours in any case.
IDLE_MINUTES = environment.number("IDLE_MINUTES", 30, least=1, most=1_440)
SESSION_HOURS = environment.number("SESSION_HOURS", 12, least=1, most=720)
SESSION_COOKIE_AGE = SESSION_HOURS * 3_600
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = environment.number("LOGIN_FAILURES", 10, least=1, most=1_000)
LOCKOUT_MINUTES = environment.number("LOCKOUT_MINUTES", 60, least=1, most=10_080)
AXES_COOLOFF_TIME = timedelta(minutes=LOCKOUT_MINUTES)
# It would keep who was logged in for how long; the audit trail keeps who logged in.
AXES_DISABLE_ACCESS_LOG = True
# One account from one address: a neighbour's typing errors must not lock the whole office behind one address.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "gridsup.addresses.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "grids.lockouts.locked_page"
# The lock ends when its sentence says, however often somebody tries meanwhile.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "media"  # nothing below it has an address: a scoped view hands out each file
FILE_UPLOAD_HANDLERS = [
    "gridsup.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# pictures of visits and complaints are read by this process alone
FILE_UPLOAD_PERMISSIONS = 0o600

# Nothing is loaded from outside. Two places need more and say so where they are routed: the admin and the API docs.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
        "base-uri": [SELF],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "grids.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "gridsup.api.pages.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PARSER_CLASSES": ["gridsup.api.parsers.JSONBody", "gridsup.api.parsers.FormBody"],
    "DEFAULT_SCHEMA_CLASS": "gridsup.api.schema.Schema",
    "EXCEPTION_HANDLER": "gridsup.api.errors.explain",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "gridsup",
    "DESCRIPTION": "Grid supervision of a district: areas, officers, premises, due visits.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "PREPROCESSING_HOOKS": ["gridsup.api.schema.without_slash"],
    "ENUM_NAME_OVERRIDES": {
        "GridState": "grids.models.Grid.State",
        "PlanState": "inspections.models.InspectionPlan.State",
        "TaskState": "inspections.models.InspectionTask.State",
        "CreditReviewState": "inspections.models.CreditReview.State",
        "VisitState": "inspections.models.Visit.State",
        "FindingState": "inspections.models.Finding.State",
        "JobState": "gridsup.models.Job.State",
        "ComplaintState": "complaints.models.Complaint.State",
        "ComplaintKind": "complaints.models.Complaint.Kind",
        "ComplaintChannel": "complaints.models.Complaint.Channel",
        "DeskChannel": "complaints.records.CHANNELS",
        "ClockKind": "complaints.models.Clock.Kind",
        "ScorecardState": "assessment.models.Scorecard.State",
        "SubjectKind": "subjects.models.MarketSubject.Kind",
        "LocalityKind": "grids.models.Locality.Kind",
        "GeometryFaultKind": "subjects.models.GeometryFault.Kind",
        "AreaChangeKind": "grids.models.AreaChange.Kind",
        "AreaChangeState": "grids.models.AreaChange.State",
        "LetterState": "grids.models.ResponsibilityLetter.State",
        "StaffingFaultKind": ["short", "over", "under"],
        "TaskReason": "inspections.models.InspectionTask.Reason",
        "TierReason": "subjects.models.TierPeriod.Reason",
    },
}

# The admin's skin; the sidebar is made of what a person's duties let them open.
UNFOLD = {
    "SITE_TITLE": _("Grid supervision"),
    "SITE_HEADER": _("Grid supervision"),
    "SITE_SYMBOL": "grid_on",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("gridsup/icon.svg")}],
    "SHOW_BACK_BUTTON": True,
    "THEME": "light",
    "COLORS": {
        "primary": {
            "50": "#eef5fc", "100": "#d6e6f7", "200": "#aecdee", "300": "#7fafe2", "400": "#4d8fd3", "500": "#2a74bf",
            "600": "#1c5fa5", "700": "#164c86", "800": "#123d6b", "900": "#0d2c4e", "950": "#081c33",
        },
    },
    "SIDEBAR": {"navigation": "gridsup.backoffice.site.navigation"},
    "ACCOUNT": {"navigation": [{"title": _("My account"), "link": "/account/"}]},
}  # fmt: skip

CELERY_BROKER_URL = environment.broker("CELERY_BROKER_URL", "memory://localhost/")
# With the in-memory broker the worker and beat live as threads in the one web process.
EMBEDDED_WORKER = CELERY_BROKER_URL.startswith("memory:")
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"polling_interval": 0.2}  # seconds until a thread looks again
    if EMBEDDED_WORKER
    else {
        # two installations may share one Redis
        "global_keyprefix": environment.text("CELERY_KEY_PREFIX"),
        # a page that queues a job must not hang on a broker that is away: one try, for at most so many seconds
        "max_retries": 0,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
    }
)
CELERY_TASK_DEFAULT_QUEUE = "gridsup"
# The sweeper is the second try; a request must not wait for more.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None
# In memory, no file: what a restart forgets, the sweeper catches up.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker waits for its broker as long as it takes; Celery's own limit would end it after three quarters of an hour.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None

# How long a running job may be silent before another worker takes it over.
JOB_LEASE_SECONDS = environment.number("JOB_LEASE_SECONDS", 300, least=1, most=86_400)
# The law asks for six months of logs; longer, because who did what is often asked after a year's end.
AUDIT_DAYS = environment.number("AUDIT_DAYS", 400, least=183, most=3_660)
# A link that lets a person set the first password: long enough for a weekend.
INVITATION_HOURS = environment.number("INVITATION_HOURS", 72, least=1, most=720)
API_TOKEN_MOST_DAYS = environment.number("API_TOKEN_MOST_DAYS", 90, least=1, most=365)
API_TOKEN_HOURS = environment.number("API_TOKEN_HOURS", 12, least=1, most=8_760)

LOG_LEVEL = environment.choice("LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"refusals": {"()": "gridsup.refusals.InOneLine"}},
    # what a person may not do is no error of ours
    "loggers": {"django.request": {"filters": ["refusals"]}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}

"""Settings of the portal, read from the environment.

Without any variable the *demonstration* profile runs: SQLite, an in-process worker, mail to the
console. `PORTAL_PROFILE=production` switches to PostgreSQL, Redis and hard refusals of unsafe values;
`docs/operations.md` lists all variables, `qa_portal/core/checks.py` what is refused.
"""

from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from qa_portal.core.logging import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PROFILE = env.str("PORTAL_PROFILE", "demonstration")
IS_DEMONSTRATION = PROFILE == "demonstration"
if PROFILE not in ("demonstration", "production"):
    raise ImproperlyConfigured(f"PORTAL_PROFILE is {PROFILE!r}; it must be demonstration or production.")
VAR_DIR = Path(env.str("PORTAL_VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def required(name: str, demonstration: str) -> str:
    """A value that production takes from its environment and from nowhere else."""
    value: str = env.str(name, "").strip()
    if value or IS_DEMONSTRATION:
        return value or demonstration
    raise ImproperlyConfigured(f"{name} is not set; the production profile has no default for it.")


DEBUG = env.bool("DEBUG", False)
DEMONSTRATION_KEY = "demonstration-only-key-never-use-it-for-real-data"
SECRET_KEY = required("SECRET_KEY", DEMONSTRATION_KEY)
# Old keys, comma-separated: what they signed stays valid while a new key comes in
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = [host.strip() for host in required("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")]
# Address of the portal in mails: from the settings, never from the Host header of a request
PORTAL_URL = required("PORTAL_URL", f"http://127.0.0.1:{env.str('PORT', '8000')}")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# ------------------------------------------------------------------ applications
INSTALLED_APPS = [
    "qa_portal.core",
    "qa_portal.audit",
    "qa_portal.jobs",
    "qa_portal.files",
    "qa_portal.notices",
    "qa_portal.accounts",
    "qa_portal.outbox",
    "qa_portal.organisations",
    "qa_portal.campaigns",
    "submissions",
    "reviews",
    "reports",
    "qa_portal.home",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "qa_portal.core.middleware.RequestIdMiddleware",
    "qa_portal.core.logging.LogContextMiddleware",
    "qa_portal.core.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "qa_portal.home.maintenance.MaintenanceMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "qa_portal.audit.middleware.AuditOriginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "qa_portal.accounts.middleware.SessionLifeMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "qa_portal.core.middleware.RefusalMiddleware",
    "qa_portal.core.middleware.PolicyMiddleware",
    "qa_portal.accounts.middleware.DutyMiddleware",
]

ROOT_URLCONF = "qa_portal.urls"
WSGI_APPLICATION = "qa_portal.wsgi.application"

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
                "django.template.context_processors.i18n",
                "qa_portal.home.context.portal",
            ],
        },
    }
]

# ------------------------------------------------------------------ data
DATABASES = {"default": env.db_url_config(required("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"))}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE makes a writing transaction wait for its turn instead of failing half-way; WAL lets
    # pages be read while the worker writes.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].setdefault("CONN_MAX_AGE", 60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = required("REDIS_URL", "")
CACHES: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "portal",
            "OPTIONS": {"socket_connect_timeout": 3, "socket_timeout": 3, "retry": Retry(NoBackoff(), 1)},
        }
    }

# ------------------------------------------------------------------ people
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "qa_portal.accounts.validators.ReusedPasswordValidator", "OPTIONS": {"count": 5}},
]
# 0: a password never grows too old
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", 0 if IS_DEMONSTRATION else 90)
# Bureau, expert and administrator accounts; only the demonstration may switch it off
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", not IS_DEMONSTRATION)
# Whether people may create accounts for themselves, to register their enterprise; they hold no role before
SIGNUP_IS_OPEN = env.bool("SIGNUP_IS_OPEN", True)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "qa_portal.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "qa_portal.accounts.forms.AddEmailForm",
    "change_password": "qa_portal.accounts.forms.ChangePasswordForm",
    "login": "qa_portal.accounts.forms.LoginForm",
    "reauthenticate": "qa_portal.accounts.forms.ReauthenticateForm",
    "reset_password": "qa_portal.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "qa_portal.accounts.forms.ResetPasswordKeyForm",
    "set_password": "qa_portal.accounts.forms.SetPasswordForm",
    "signup": "qa_portal.accounts.forms.SignupForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
# smtp+tls://user:password@host:587; production never prints mails, for they carry sign-in links
_mail = env.email_url("EMAIL_URL", default="consolemail://" if IS_DEMONSTRATION else "smtp://localhost:25")
EMAIL_BACKEND = env.str("EMAIL_BACKEND", _mail["EMAIL_BACKEND"])
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
# After five failures an account is locked, whoever tries; an address after more, for offices share one.
LOGIN_FAILURES_PER_ACCOUNT = env.int("LOGIN_FAILURES_PER_ACCOUNT", 5)
LOGIN_FAILURES_PER_ADDRESS = env.int("LOGIN_FAILURES_PER_ADDRESS", 20)
LOGIN_LOCK_MINUTES = env.int("LOGIN_LOCK_MINUTES", 5 if IS_DEMONSTRATION else 15)
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": f"{LOGIN_FAILURES_PER_ADDRESS}/{LOGIN_LOCK_MINUTES}m/ip,"
    f"{LOGIN_FAILURES_PER_ACCOUNT}/{LOGIN_LOCK_MINUTES}m/key",
}
MFA_ADAPTER = "qa_portal.accounts.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# The code before and after is accepted too, for clocks that are a little off; each code works once.
MFA_TOTP_TOLERANCE = 1
# Nobody signs in before the e-mail address is confirmed, so a new address may wait for it meanwhile.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "activate_totp": "qa_portal.accounts.forms.ActivateTOTPForm",
    "add_webauthn": "qa_portal.accounts.forms.AddPasskeyForm",
    "authenticate": "qa_portal.accounts.forms.AuthenticateForm",
    "edit_webauthn": "qa_portal.accounts.forms.EditPasskeyForm",
    "reauthenticate": "qa_portal.accounts.forms.ReauthenticateWithCodeForm",
}
USERSESSIONS_ADAPTER = "qa_portal.accounts.adapter.SessionsAdapter"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "portal@example.com")

# Printed by `make run`; they exist in the demonstration profile only: e-mail, password, role.
DEMONSTRATION_PASSWORD = "gongguan-2020"  # noqa: S105
DEMONSTRATION_ROLES = (
    "applicant", "recommender", "expert", "staff", "leader", "committee", "inspector",
    "system_admin", "security_admin", "auditor",
)  # fmt: skip
DEMONSTRATION_ACCOUNTS = (
    [(f"{role.replace('_', '-')}@demo.example", DEMONSTRATION_PASSWORD, role) for role in DEMONSTRATION_ROLES]
    if IS_DEMONSTRATION
    else []
)

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# A sign-in ends after half an hour without a request, and after twelve hours in any case.
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", 30 * 60)
SESSION_COOKIE_AGE = env.int("SESSION_ABSOLUTE_SECONDS", 12 * 60 * 60)
SESSION_COOKIE_SECURE = not IS_DEMONSTRATION
CSRF_COOKIE_SECURE = not IS_DEMONSTRATION
CSRF_COOKIE_SAMESITE = "Lax"
# How many proxies of our own write X-Forwarded-For
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0 if IS_DEMONSTRATION else 1)
# Production is reached over TLS only; it ends at the proxy, which sets these headers itself (deploy/nginx).
SECURE_SSL_REDIRECT = not IS_DEMONSTRATION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = None if IS_DEMONSTRATION else ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if IS_DEMONSTRATION else env.int("HSTS_SECONDS", 365 * 24 * 60 * 60)
SECURE_HSTS_INCLUDE_SUBDOMAINS = not IS_DEMONSTRATION
# allows, and does not cause, that the owner of the whole domain puts it on the browsers' list
SECURE_HSTS_PRELOAD = not IS_DEMONSTRATION
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if IS_DEMONSTRATION else "https"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# ------------------------------------------------------------------ language and time
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# ------------------------------------------------------------------ files
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "files"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if S3_BUCKET := env.str("S3_BUCKET", ""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "location": env.str("S3_LOCATION", "portal"),  # never empty: it keeps names in their folder
            "endpoint_url": env.str("S3_ENDPOINT_URL", "") or None,
            "region_name": env.str("S3_REGION", "us-east-1"),
            "access_key": required("S3_ACCESS_KEY", "demonstration"),
            "secret_key": required("S3_SECRET_KEY", "demonstration"),
            "addressing_style": "path",
            "signature_version": "s3v4",
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": True,
            "querystring_expire": 60,
        },
    }
# Where the proxy hands out private files, as /protected/; empty: the portal sends them itself.
FILES_INTERNAL_URL = env.str("FILES_INTERNAL_URL", "")
# Folder of pg_dump and pg_restore; empty: where the PATH leads
PG_PROGRAMS = env.str("PG_PROGRAMS", "")
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# Evidence of one application, in bytes: a file, and all that stands now
EVIDENCE_MAX_FILE = env.int("EVIDENCE_MAX_FILE", 20 * 1024 * 1024)
EVIDENCE_MAX_TOTAL = env.int("EVIDENCE_MAX_TOTAL", 200 * 1024 * 1024)
# Virus scanner: tcp://host:3310 or unix:///run/clamav/clamd.ctl; empty: files are shown as not scanned.
CLAMAV_URL = env.str("CLAMAV_URL", "")
CLAMAV_TIMEOUT = env.float("CLAMAV_TIMEOUT", 30)

# ------------------------------------------------------------------ pages
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

# ------------------------------------------------------------------ audit trail
AUDIT_KEY = required("AUDIT_KEY", f"audit:{SECRET_KEY}")
AUDIT_ANCHOR = Path(env.str("AUDIT_ANCHOR", str(VAR_DIR / "audit-anchor.jsonl")))

# ------------------------------------------------------------------ background jobs
# Without a Redis address the broker lives in the memory of the one web process, with a thread worker.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", REDIS_URL or "memory://localhost/")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 60 * 60
if CELERY_BROKER_URL.startswith("memory:"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.1}
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
else:
    # longer than any task may take, or Redis delivers a running one again
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 2 * CELERY_TASK_TIME_LIMIT,
        "socket_connect_timeout": 5,
    }
CELERY_BEAT_SCHEDULE = {
    "sweep jobs": {"task": "jobs.sweep", "schedule": env.float("JOBS_SWEEP_SECONDS", 30)},
    "expire files": {"task": "files.expire", "schedule": 3600},
    "sweep orphaned content": {"task": "files.sweep_orphans", "schedule": crontab(hour="2", minute="15")},
    "forget old sign-ins": {"task": "accounts.forget_sign_ins", "schedule": 3600},
    "expire uploads": {"task": "evidence.expire_uploads", "schedule": 3600},
    "scan evidence": {"task": "evidence.scan_waiting", "schedule": 300},
    "sweep the outbox": {"task": "outbox.sweep", "schedule": env.float("OUTBOX_SWEEP_SECONDS", 60)},
    "send reminders": {"task": "outbox.remind", "schedule": 300},
    "scan letters": {"task": "submissions.scan_letters", "schedule": 300},
    "settle public notices": {"task": "reviews.settle_notices", "schedule": 60},
    "close scoring": {"task": "reviews.close_complete", "schedule": 600},
    "anchor the audit trail": {"task": "audit.anchor", "schedule": crontab(hour="1", minute="30")},
}
JOBS_PER_PERSON = 3
JOBS_BEAT_SECONDS = env.float("JOBS_BEAT_SECONDS", 5)
JOBS_STALE_SECONDS = env.float("JOBS_STALE_SECONDS", 60)
JOBS_RESEND_SECONDS = env.float("JOBS_RESEND_SECONDS", 60)

# ------------------------------------------------------------------ watching
LOG_LEVEL = env.str("LOG_LEVEL", "WARNING" if IS_DEMONSTRATION else "INFO").upper()
LOGGING = logging_config(is_json=not IS_DEMONSTRATION, level=LOG_LEVEL)
# /metrics is for whoever sends this token, or connects directly from one of these networks.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
METRICS_NETWORKS = env.list("METRICS_NETWORKS", default=["127.0.0.0/8", "::1/128"])

"""Django's settings, all from the environment; refuses to guess a database.

``TIERLINE_HOME``  folder for everything Tierline keeps (default ``.tierline`` in the working directory)
``DATABASE_URL``   an external PostgreSQL >= 15 (``postgresql://user:password@host:port/name``); absent: embedded
``SMTP_URL``       ``smtp://user:password@host:port`` or ``smtps://``; absent: mail is held in the outbox, nothing
leaves
``IMAP_URL``       ``imaps://user:password@host/folder``, ``imap+starttls://`` or, on this machine, ``imap://``;
absent: no mail is fetched
``TIERLINE_REPLY_ADDRESS`` where answers to our mail arrive (default: the sender, ``TIERLINE_MAIL_FROM``); the server
has to take ``name+anything@`` for ``name@``
``TIERLINE_NOTICES_ADDRESS`` where other teams' notices of planned work arrive (default: ``name+notices@`` of the above)
``TIERLINE_TRACKERS`` a YAML file of accounts at partners' systems (docs/how-to/trackers.md); absent: none is connected
``TIERLINE_CHANNELS`` a YAML file of accounts at chat, paging and the like (docs/how-to/channels.md); absent: none is
connected
``TIERLINE_REHEARSAL`` the page of the partners to rehearse with, by which the demonstration plays their people;
absent: there are none, or they are left alone
``TIERLINE_HEARTBEAT_URL`` called each minute in which nothing that people should have been told is late; absent: never
``TIERLINE_HOSTS`` names this site answers to, separated by commas (default: this machine only)
``TIERLINE_HTTPS`` ``1`` behind a TLS proxy: secure cookies, HSTS
"""

import os
import secrets
from contextlib import suppress
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from tierline.channels.accounts import CHANNELS as CHANNEL_ACCOUNTS
from tierline.launch.places import socket_directory
from tierline.trackers.accounts import read_accounts_or_trouble

PROJECT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("TIERLINE_HOME") or ".tierline").resolve()


def _secret_key() -> str:
    """The key of this home, made at the first start and readable by its owner only.

    Written whole under another name first: two processes that start together agree on one key, and a full disk
    leaves no empty one behind.
    """
    path = Path(os.environ.get("TIERLINE_SECRET_KEY_FILE", HOME / "secret-key"))
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48))
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
    return path.read_text().strip()


def _database(url: str | None) -> dict[str, object]:
    """Django's description of the database: the external one named by ``url``, or the embedded one of this home."""
    connection: dict[str, object] = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"TEMPLATE": "template0"},
    }
    if not url:
        return connection | {"NAME": "tierline", "USER": "tierline", "HOST": str(socket_directory(HOME))}
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return connection | {
        "NAME": unquote(parts.path.lstrip("/")) or "tierline",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("TIERLINE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
HTTPS = os.environ.get("TIERLINE_HTTPS") == "1"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "procrastinate.contrib.django",
    "tierline.directory",
    "tierline.timeline",
    "tierline.outbox",
    "tierline.plans",
    "tierline.bonds",
    "tierline.notices",
    "tierline.rooms",
    "tierline.cases",
    "tierline.downtime",
    "tierline.guides",
    "tierline.mail",
    "tierline.crossing",
    "tierline.migration",
    "tierline.api",
    "tierline.web",
]

MIDDLEWARE = [
    "tierline.web.boundary.ContentSecurityPolicy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tierline.web.boundary.PlainWordsForTrouble",
]

ROOT_URLCONF = "tierline.urls"
WSGI_APPLICATION = "tierline.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "tierline.web.frame.frame",
            ],
        },
    }
]

DATABASES = {"default": _database(os.environ.get("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "directory.Person"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "tierline.web.boundary.form_too_old"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = os.environ.get("TIERLINE_TIME_ZONE", "America/New_York")

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [path for path in [PROJECT / ".assets"] if path.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 31_536_000
MEDIA_ROOT = HOME / "attachments"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

SMTP_URL = os.environ.get("SMTP_URL", "")
IMAP_URL = os.environ.get("IMAP_URL", "")
MAIL_FROM = os.environ.get("TIERLINE_MAIL_FROM", "tierline@tierline.example")
REPLY_ADDRESS = os.environ.get("TIERLINE_REPLY_ADDRESS") or MAIL_FROM
NOTICES_ADDRESS = os.environ.get("TIERLINE_NOTICES_ADDRESS") or "+notices@".join(
    parseaddr(REPLY_ADDRESS)[1].rsplit("@", 1)
)
# A file that cannot be read stops nothing: what would leave by it is held, with this sentence.
TRACKERS, TRACKERS_TROUBLE = read_accounts_or_trouble(os.environ.get("TIERLINE_TRACKERS", ""))
CHANNELS, CHANNELS_TROUBLE = CHANNEL_ACCOUNTS.read_or_trouble(os.environ.get("TIERLINE_CHANNELS", ""))
REHEARSAL = os.environ.get("TIERLINE_REHEARSAL", "")
HEARTBEAT_URL = os.environ.get("TIERLINE_HEARTBEAT_URL", "")
SITE_ADDRESS = os.environ.get("TIERLINE_SITE_ADDRESS", "http://127.0.0.1:8080")

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["tierline.schedule"]

LOGGING_CONFIG = "tierline.foundation.journal.configure"
LOGGING: dict[str, object] = {"level": os.environ.get("TIERLINE_LOG_LEVEL", "INFO")}

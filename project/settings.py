"""Every setting of Roomful, read from the environment by typed readers.

In order: where data lives, security, applications, database, Redis, accounts, pages, limits, logging, refusals.
`docs/settings.md` lists the variables and their defaults. Invalid values stop the start with one line each.
"""

import logging
from pathlib import Path
from urllib.parse import quote, urlsplit

import dj_email_url
import django
from csp.constants import NONCE, NONE, SELF, STRICT_DYNAMIC
from django.utils.translation import gettext_lazy as _

from accounts.signup.email_domains import ascii_domain
from project.config.environment import (
    are_domains,
    are_origins,
    is_mail_server,
    is_not_negative,
    is_one_of,
    is_port,
    is_positive,
    is_redis,
    kept_secret,
    private_folder,
)
from project.config.environment import environment as env
from project.config.oidc_providers import origin_of, providers
from project.config.safety import dangers_of_secrets, dangers_of_sign_up, dangers_of_site, keep_from_others

BASE_DIR = Path(__file__).resolve().parent.parent

# -- Where data lives --------------------------------------------------------------------------------------------------

DATA_DIR: Path = private_folder(env.path("ROOMFUL_DATA", BASE_DIR / "var").resolve())

# -- Security ----------------------------------------------------------------------------------------------------------

DEBUG: bool = env.bool("ROOMFUL_DEBUG", False)
SECRET_KEY: str = env.str("ROOMFUL_SECRET_KEY", "") or kept_secret(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS: list[str] = env.list("ROOMFUL_OLD_SECRET_KEYS", [])

PORT: int = env.int("PORT", 8000, validate=is_port)

# The exact origins (scheme, host, port) of pages that may open a socket or send a form.
ALLOWED_ORIGINS: list[str] = env.list(
    "ROOMFUL_ORIGINS", [f"http://{host}:{PORT}" for host in ("localhost", "127.0.0.1")], validate=are_origins
)
ALLOWED_HOSTS: list[str] = env.list("ROOMFUL_HOSTS", [urlsplit(origin).hostname for origin in ALLOWED_ORIGINS])
CSRF_TRUSTED_ORIGINS = ALLOWED_ORIGINS
CSRF_FAILURE_VIEW = "project.errors.pages.old_form"
INSECURE_HTTP: bool = env.bool("ROOMFUL_INSECURE_HTTP", False)

HTTPS: bool = all(origin.startswith("https://") for origin in ALLOWED_ORIGINS)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS

# A browser accepts a cookie with this prefix only from this very host, over HTTPS: no subdomain can plant one.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
MFA_TRUST_COOKIE_NAME = f"{COOKIE_PREFIX}trusted"
DEVICE_COOKIE_NAME = f"{COOKIE_PREFIX}device"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
# With Strict, browsers would not send the CSRF token after a click on a link elsewhere. That page would get a new
# token, and the forms in all open tabs would be refused.
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # needs no cookie of its own

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# The number of our own proxies that append to X-Forwarded-For. Entries further left are hearsay.
TRUSTED_PROXIES: int = env.int("ROOMFUL_TRUSTED_PROXIES", 0, validate=is_not_negative)
# Without a proxy that replaces it, anyone can send that header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS and TRUSTED_PROXIES else None

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # Only scripts with the nonce of the response run, and the modules that they import.
        "script-src": [NONCE, STRICT_DYNAMIC],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        # Safari treats a socket to the same host as another origin, so it is listed.
        "connect-src": [SELF, *(origin.replace("http", "ws", 1) for origin in ALLOWED_ORIGINS)],
        "manifest-src": [SELF],
        "object-src": [NONE],
        "form-action": [SELF],  # and the providers for sign-in (see Accounts)
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        # Only lit, and chat/static/chat/lib/trusted-html.js, turn text into HTML.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["lit-html", "roomful"],
    }
}

# -- Applications ------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "project.apps.ProjectConfig",  # before daphne, to replace its runserver
    "daphne",
    "servestatic.runserver_nostatic",
    "project.apps.AdminConfig",  # Django's admin, with our sign-in
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "accounts.apps.AccountsConfig",
    "presence.apps.PresenceConfig",
    "chat.apps.ChatConfig",
]

MIDDLEWARE = [
    "project.middleware.security_headers.headers",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "project.errors.overload.release_before_streams",  # after static files, which use no database
    "project.middleware.same_origin.exact_origin",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.sessions.authentication.RequestAuthentication",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.sessions.middleware.last_use",
    "accounts.sessions.known_devices.remember_device",
    "project.errors.overload.Overload",
]
if DEBUG:
    MIDDLEWARE.append("project.errors.missing_pages.MissingPages")

ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"
TEST_RUNNER = "testing.runner.PytestRunner"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "project.context.site",
            ]
        },
    }
]

# -- Database ----------------------------------------------------------------------------------------------------------

# How long a write waits for a locked database, and any query for a connection or an answer from PostgreSQL, before it
# is refused for now.
DATABASE_WAIT_SECONDS: float = env.int("ROOMFUL_DATABASE_WAIT_MS", 5_000, validate=is_positive) / 1000

OUR_FILE = DATA_DIR / "roomful.sqlite3"
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{quote(str(OUR_FILE))}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "project.sqlite"  # Django's, with a queue for writers
    DATABASES["default"]["OPTIONS"] = {
        # IMMEDIATE takes the write lock when a transaction begins, so that two writers wait instead of failing.
        "transaction_mode": "IMMEDIATE",
        "timeout": DATABASE_WAIT_SECONDS,
        # FULL: an acknowledged write survives a power cut. It is the price of an honest ack.
        # A server has more than a dozen connections, and each may cache this many KiB.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8192;",
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # a server keeps some for the next requests (project/sqlite/pool.py)
    # A file, because tests start servers as separate processes.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}
else:
    from chat.runtime.silent_database import Connection

    DATABASES["default"]["CONN_MAX_AGE"] = 0  # the pool keeps connections; the two together are an error
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 2,
        # For pages. Sockets have connections of their own (chat/runtime/connection_pool.py), up to 20.
        "max_size": 12,
        "timeout": DATABASE_WAIT_SECONDS,
        # The pool retries after 1, 2, 4, 8… seconds. After it gives up, the next request makes it retry at once.
        "reconnect_timeout": DATABASE_WAIT_SECONDS,
        "connection_class": Connection,
    }

# -- Redis -------------------------------------------------------------------------------------------------------------

# Without REDIS_URL, a Valkey of our own is started (see project/server/embedded_valkey.py).
REDIS_URL: str = env.str("REDIS_URL", "", validate=is_redis)
EMBEDDED_VALKEY = not REDIS_URL
if EMBEDDED_VALKEY:
    from project.server.embedded_valkey import socket_url

    REDIS_URL = socket_url(DATA_DIR)
PRESENCE_REDIS_URL: str = env.str("PRESENCE_REDIS_URL", REDIS_URL, validate=is_redis)

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "chat.runtime.channel_layer.Layer",
        "CONFIG": {
            # redis-py 8 gives sockets a time-out of 5 s, which would end every quiet subscription.
            "hosts": [{"address": REDIS_URL, "socket_timeout": None, "health_check_interval": 30}],
            "prefix": "roomful.",
        },
    }
}
CACHES = {"default": {"BACKEND": "project.cache.Cache", "LOCATION": REDIS_URL}}

# -- Presence ----------------------------------------------------------------------------------------------------------

# In milliseconds. presence/conf.py explains each, and presence/checks.py how they depend on each other.
PRESENCE = {
    "REDIS_URL": PRESENCE_REDIS_URL,
    "LEASE_MS": env.int("PRESENCE_LEASE_MS", 12_000),
    "HEARTBEAT_MS": env.int("PRESENCE_HEARTBEAT_MS", 4_000),
    "LINGER_MS": env.int("PRESENCE_LINGER_MS", 8_000),  # longer than a page's first wait before it reconnects
    "SWEEP_MS": env.int("PRESENCE_SWEEP_MS", 1_000),
    "CHECK_MS": env.int("PRESENCE_CHECK_MS", 2_000),
    "REPAIR_MS": env.int("PRESENCE_REPAIR_MS", 30_000),
    "AWAY_MS": env.int("PRESENCE_AWAY_MS", 300_000),
}

# -- Accounts ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "accounts.backends.PasswordBackend",  # the only one that checks passwords
    # For sessions that these began.
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["accounts.hashers.Argon2", "accounts.hashers.PBKDF2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "chat:index"
LOGOUT_REDIRECT_URL = "account_login"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30  # seconds
SESSION_ENGINE = "accounts.sessions.store"

ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if env.bool("ROOMFUL_VERIFY_EMAIL", True) else "none"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 3  # times
ACCOUNT_EMAIL_NOTIFICATIONS = True  # tell users about changes to their account
ACCOUNT_CHANGE_EMAIL = True  # one address, and a new one replaces it once it is verified
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# The others are allauth's. Its own `confirm_email` would refuse a second code within ten seconds.
# `login_failed` counts by name and network; accounts/rate_limits.py has the larger bound for a name alone.
ACCOUNT_RATE_LIMITS = {"confirm_email": "5/m/key,20/h/key", "login_failed": "10/m/ip,5/5m/key,20/h/key"}
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "signup": "accounts.forms.SignUpForm",
    "reset_password_from_key": "accounts.forms.NewPasswordForm",
    "change_password": "accounts.forms.OtherPasswordForm",
    "set_password": "accounts.forms.FirstPasswordForm",
}
USERSESSIONS_TRACK_ACTIVITY = False  # it would write with every request

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = ACCOUNT_EMAIL_VERIFICATION == "mandatory"  # without it, allauth cannot tell who signs up
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers allow it for http://localhost alone
MFA_ADAPTER = "accounts.mfa.factors.Adapter"
MFA_FORMS = {
    "activate_totp": "accounts.mfa.first_factors.ActivateAppForm",
    "add_webauthn": "accounts.mfa.passkey_forms.AddForm",
    "signup_webauthn": "accounts.mfa.passkey_forms.SignUpForm",
    "edit_webauthn": "accounts.mfa.passkey_forms.RenameForm",
    "login_webauthn": "accounts.mfa.passkey_forms.SignInForm",
    "authenticate_webauthn": "accounts.mfa.passkey_forms.SecondStepForm",
    "reauthenticate_webauthn": "accounts.mfa.passkey_forms.ReauthenticationForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Each sign-in makes two requests, and an office has one address. There is no secret that could be guessed.
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION != "mandatory"  # otherwise no user could add a second factor

# True if administrators must show a second factor before they can run the site.
ADMIN_SECOND_FACTOR: bool = env.bool("ROOMFUL_ADMIN_SECOND_FACTOR", not DEBUG)

# Sign-up is open to everyone ("open"), by invitation ("invitation"), or for email addresses at SIGNUP_DOMAINS
# ("domains").
SIGNUP: str = env.str("ROOMFUL_SIGNUP", "open", validate=is_one_of(["open", "invitation", "domains"]))
SIGNUP_DOMAINS: list[str] = [
    ascii_domain(domain) for domain in env.list("ROOMFUL_SIGNUP_DOMAINS", [], validate=are_domains)
]

# Providers for sign-in with an account elsewhere. An email address does not prove who owns an account here.
OIDC_PROVIDERS = providers()
OIDC_ORIGINS: list[str] = [origin_of(provider["settings"]["server_url"]) for provider in OIDC_PROVIDERS]
CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] = [SELF, *OIDC_ORIGINS]  # the sign-in form leads there
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": OIDC_PROVIDERS, "OAUTH_PKCE_ENABLED": True}}
SOCIALACCOUNT_ADAPTER = "accounts.signup.openid.OpenIdAdapter"
SOCIALACCOUNT_FORMS = {"signup": "accounts.forms.OpenIdSignUpForm"}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5  # seconds

# The messages of a deleted account stay ("keep") or are deleted ("remove").
MESSAGES_OF_DELETED: str = env.str("ROOMFUL_MESSAGES_OF_DELETED", "keep", validate=is_one_of(["keep", "remove"]))

# The largest upload for a profile picture. It is re-encoded to a small size in any case.
PICTURE_BYTES: int = env.int("ROOMFUL_PICTURE_BYTES", 5 * 1024 * 1024, validate=is_positive)

# Email goes to the console until EMAIL_URL names a server.
EMAIL = dj_email_url.parse(env.str("EMAIL_URL", "console:", validate=is_mail_server))
MAIL_SECONDS = 10  # for each step of the dialogue with the mail server; Django has no time-out by default
MAIL_IS_PRINTED: bool = "console" in EMAIL["EMAIL_BACKEND"]
DEFAULT_FROM_EMAIL: str = env.str("ROOMFUL_MAIL_FROM", "roomful@localhost")
if django.VERSION >= (6, 1):
    MAILERS = {
        "default": {
            "BACKEND": EMAIL["EMAIL_BACKEND"],
            "OPTIONS": {}
            if "smtp" not in EMAIL["EMAIL_BACKEND"]
            else {
                "host": EMAIL["EMAIL_HOST"],
                "port": EMAIL["EMAIL_PORT"],
                "username": EMAIL["EMAIL_HOST_USER"],
                "password": EMAIL["EMAIL_HOST_PASSWORD"],
                "use_tls": EMAIL["EMAIL_USE_TLS"],
                "use_ssl": EMAIL["EMAIL_USE_SSL"],
                "timeout": EMAIL["EMAIL_TIMEOUT"] or MAIL_SECONDS,
            },
        }
    }
else:
    EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = EMAIL["EMAIL_HOST"], EMAIL["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_USER"], EMAIL["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL["EMAIL_USE_TLS"], EMAIL["EMAIL_USE_SSL"]
    EMAIL_TIMEOUT: int = EMAIL["EMAIL_TIMEOUT"] or MAIL_SECONDS

# -- Pages -------------------------------------------------------------------------------------------------------------

SITE_NAME: str = env.str("ROOMFUL_NAME", "Roomful")
MFA_TOTP_ISSUER = SITE_NAME  # as authenticator apps name the site

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# Until collectstatic has run (bin/serve runs it), files are served from their source folders.
COLLECTED = (STATIC_ROOT / "staticfiles.json").is_file()
SERVESTATIC_ALLOW_ALL_ORIGINS = False
SERVESTATIC_USE_FINDERS = DEBUG or not COLLECTED
SERVESTATIC_USE_MANIFEST = not SERVESTATIC_USE_FINDERS
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Only our own view serves them, so the storage has no URL.
    "pictures": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "pictures", "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "project.static.ManifestStorage"
    },
}

# -- Limits ------------------------------------------------------------------------------------------------------------

# chat/conf.py explains each.
CHAT = {
    "BODY_LENGTH": env.int("ROOMFUL_BODY_LENGTH", 10_000, validate=is_positive),  # characters
    "EDITS_KEPT": env.int("ROOMFUL_EDITS_KEPT", 50, validate=is_positive),
    "PAGE_LENGTH": env.int("ROOMFUL_PAGE_LENGTH", 50, validate=is_positive),  # messages
    "RESUME_LIMIT": env.int("ROOMFUL_RESUME_LIMIT", 500, validate=is_positive),  # changes
    "ROSTER_LENGTH": env.int("ROOMFUL_ROSTER_LENGTH", 200, validate=is_positive),  # people
    "ADMINISTRATORS_SEE_HIDDEN": env.bool("ROOMFUL_ADMINISTRATORS_SEE_HIDDEN", False),
    # Limits on the load that one user can put on others; 0 is no limit.
    "ROOMS_MADE": env.int("ROOMFUL_ROOMS_MADE", 100, validate=is_not_negative),
    "UNANSWERED_CONVERSATIONS": env.int("ROOMFUL_UNANSWERED_CONVERSATIONS", 50, validate=is_not_negative),  # a day
    "LINKS": env.int("ROOMFUL_LINKS", 50, validate=is_not_negative),  # of a room
    # In each process. For SOCKETS and names that end in _PER_MINUTE or _PER_SECOND, 0 is no limit.
    "POSTS_BURST": env.int("ROOMFUL_POSTS_BURST", 200, validate=is_positive),
    "POSTS_PER_MINUTE": env.int("ROOMFUL_POSTS_PER_MINUTE", 600, validate=is_not_negative),
    "RENDERING_MS_PER_MINUTE": env.int("ROOMFUL_RENDERING_MS_PER_MINUTE", 6_000, validate=is_not_negative),
    "COMMANDS_BURST": env.int("ROOMFUL_COMMANDS_BURST", 300, validate=is_positive),
    "COMMANDS_PER_MINUTE": env.int("ROOMFUL_COMMANDS_PER_MINUTE", 1_200, validate=is_not_negative),
    "ANSWER_BYTES_BURST": env.int("ROOMFUL_ANSWER_BYTES_BURST", 20_000_000, validate=is_positive),
    "ANSWER_BYTES_PER_SECOND": env.int("ROOMFUL_ANSWER_BYTES_PER_SECOND", 4_000_000, validate=is_not_negative),
    "AT_ONCE": env.int("ROOMFUL_AT_ONCE", 3, validate=is_positive),
    "REFUSALS_PER_MINUTE": env.int("ROOMFUL_REFUSALS_PER_MINUTE", 10_000, validate=is_not_negative),
    "SOCKETS": env.int("ROOMFUL_SOCKETS", 50, validate=is_not_negative),  # of a person
    "HANDSHAKES_BURST": env.int("ROOMFUL_HANDSHAKES_BURST", 1_000, validate=is_positive),
    "HANDSHAKES_PER_MINUTE": env.int("ROOMFUL_HANDSHAKES_PER_MINUTE", 6_000, validate=is_not_negative),
    "CHECK_MS": env.int("ROOMFUL_CHECK_MS", 2_000, validate=is_positive),
    "STANDING_MS": env.int("ROOMFUL_STANDING_MS", 15_000, validate=is_positive),
    "DRAIN_LINGER_MS": env.int("ROOMFUL_DRAIN_LINGER_MS", 30_000, validate=is_positive),
}

# Limits on a request: a picture fits. project/server/http.py and project/middleware/body_limit.py enforce them.
BODY_BYTES: int = env.int("ROOMFUL_BODY_BYTES", 6 * 1024 * 1024, validate=is_positive)
BODY_SECONDS: int = env.int("ROOMFUL_BODY_SECONDS", 120, validate=is_positive)
# How long a peer may take next to nothing of a response (project/server/http_channel.py).
STALL_SECONDS: int = env.int("ROOMFUL_STALL_SECONDS", 60, validate=is_positive)
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes, not counting files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000  # the admin's lists have some for each row
DATA_UPLOAD_MAX_NUMBER_FILES = 4

# -- Logging -----------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "project.config.logs.Line",
            "format": "{asctime} {levelname:<7} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {"throttle": {"()": "project.config.throttled_logs.Throttle"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["throttle"]}},
    "root": {"handlers": ["console"], "level": env.log_level("ROOMFUL_LOG_LEVEL", logging.INFO)},
    "loggers": {
        "django": {"level": "INFO"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # anyone could fill the log: each has a traceback
        "daphne": {"level": "WARNING"},
    },
}

# -- Refusals ----------------------------------------------------------------------------------------------------------

env.check(
    [
        *dangers_of_secrets([SECRET_KEY, *SECRET_KEY_FALLBACKS]),
        *dangers_of_site(ALLOWED_ORIGINS, ALLOWED_HOSTS, DEBUG, INSECURE_HTTP),
        *dangers_of_sign_up(
            SIGNUP,
            has_domains=bool(SIGNUP_DOMAINS) or "ROOMFUL_SIGNUP_DOMAINS" in env.unreadable,
            is_verified=ACCOUNT_EMAIL_VERIFICATION == "mandatory",
        ),
    ]
)
if DATABASES["default"]["NAME"] == str(OUR_FILE):
    keep_from_others(OUR_FILE)  # SQLite gives the files beside it the same permissions

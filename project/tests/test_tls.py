"""Our server can speak TLS itself, and encrypts frames that bypass ASGI, too."""

import asyncio
import datetime
import json
import ssl
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from websockets.asyncio.client import connect
from websockets.typing import Origin

from accounts.models import User
from chat.services.rooms import membership
from testing.machine import patience
from testing.processes import Server
from testing.sockets import session_cookie

pytestmark = [pytest.mark.program, pytest.mark.django_db(transaction=True)]


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Create the files of a key and its self-signed certificate."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    private, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now)
    signed = builder.not_valid_after(now + datetime.timedelta(days=1)).sign(private, hashes.SHA256())
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key.write_bytes(private.private_bytes(serialization.Encoding.PEM, *form))
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    return key, certificate


class TlsServer(Server):
    key: Path
    certificate: Path

    def arguments(self) -> list[str]:
        files = f"privateKey={self.key}:certKey={self.certificate}"
        return ["--endpoint", f"ssl:{self.port}:interface=127.0.0.1:{files}"]


async def test_a_server_with_a_certificate_encrypts_its_sockets(
    servers: Callable[..., Server], alice: User, tmp_path: Path
) -> None:
    TlsServer.key, TlsServer.certificate = make_certificate(tmp_path)
    room = await sync_to_async(membership.create_room)(alice, "general")
    cookie = await sync_to_async(session_cookie)(alice)
    server = await sync_to_async(servers)(TlsServer)
    trusting = ssl.create_default_context(cafile=str(TlsServer.certificate))
    trusting.check_hostname = False
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
    async with connect(
        f"wss://127.0.0.1:{server.port}/ws/", ssl=trusting, origin=Origin(server.origin), additional_headers=headers
    ) as socket:
        assert json.loads(await socket.recv())[0]["type"] == "hello"
        post = {"type": "message.post", "id": 1, "room": room.pk, "client_id": str(uuid4()), "body": "x" * 10_000}
        await socket.send(json.dumps(post))
        told: set[str] = set()
        while not told >= {"ack", "message.posted"}:
            told |= {event["type"] for event in json.loads(await asyncio.wait_for(socket.recv(), patience(5)))}

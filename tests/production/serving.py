"""The register served as operations.md says: gunicorn behind nginx, with the files that ship."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "tracker" / "docs" / "production"
NAME = "register.example.org"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
NO_NGINX = "nginx is not installed"
# Seconds: a test machine does much else.
PATIENCE = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def production(folder: Path, *, port: int) -> dict[str, str]:
    """The environment of a production server whose data is in a folder of its own."""
    return {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "only tested, never served to anybody: " + "x" * 50,
        "ALLOWED_HOSTS": NAME,
        "BEHIND_PROXY": "1",
        "DATABASE_URL": f"sqlite:///{folder / 'register.sqlite3'}",
        "STATIC_ROOT": str(folder / "static"),
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
    }


def with_copied_database(env: dict[str, str], folder: Path, *, port: int) -> dict[str, str]:
    """The same server with a database of its own: both files."""
    original = Path(env["DATABASE_URL"].removeprefix("sqlite:///"))
    for file in (original, original.with_name(f"{original.name}-sessions")):
        shutil.copy(file, folder)
    return {**env, "DATABASE_URL": f"sqlite:///{folder / original.name}", "PORT": str(port)}


@contextlib.contextmanager
def running(
    command: list[str],
    *,
    env: dict[str, str],
    cwd: Path = ROOT,
    port: int | None = None,
    log: Path,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process for the time of a test, once it listens on the port."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=cwd, env=env, stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + PATIENCE
            while port is not None:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield process
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def gunicorn(
    env: dict[str, str], log: Path
) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "gunicorn", "--config", "python:tracker.gunicorn_config"]
    return running([*command, "tracker.wsgi"], env=env, port=int(env["PORT"]), log=log)


def make_certificate(folder: Path) -> Path:
    """A certificate for NAME that only the tests trust, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return pem


@dataclass(frozen=True, slots=True)
class Proxy:
    """nginx with the example configuration, on ports of its own."""

    port: int
    plain_port: int
    certificate: Path
    access_log: Path

    def connect(self, *, receive: int | None = None) -> socket.socket:
        """A connection on which nothing was said yet; `receive` limits what it takes in."""
        connection = socket.socket()
        if receive is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", self.port))
        return connection

    def connect_safely(self, *, receive: int | None = None) -> ssl.SSLSocket:
        """The same with TLS."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        return context.wrap_socket(self.connect(receive=receive), server_hostname=NAME)

    def get(
        self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPSConnection(NAME, self.port)
        connection.sock = self.connect_safely()
        with contextlib.closing(connection):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers={"Host": NAME, **named})
            response = connection.getresponse()
            return response, response.read()


def adapted(text: str, changes: dict[str, str]) -> str:
    """The example with the ports and paths of a test, and all else as it ships."""
    lines = [line for line in text.splitlines() if "listen [::]" not in line]
    text = "\n".join(lines)
    for usual, changed in changes.items():
        assert text.count(usual) == 1, usual
        text = text.replace(usual, changed)
    return text


@contextlib.contextmanager
def nginx(folder: Path, *, backend: int) -> Iterator[Proxy]:
    assert NGINX is not None
    proxy = Proxy(free_port(), free_port(), make_certificate(folder), folder / "access.log")
    changes = {
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{backend};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{proxy.port} ssl http2;",
        "listen 80;": f"listen 127.0.0.1:{proxy.plain_port};",
        f"/etc/letsencrypt/live/{NAME}/fullchain.pem": str(proxy.certificate),
        f"/etc/letsencrypt/live/{NAME}/privkey.pem": str(proxy.certificate),
        "/var/log/nginx/register.log": str(proxy.access_log),
    }
    example = (EXAMPLES / "nginx.conf").read_text(encoding="utf-8")
    (folder / "site.conf").write_text(adapted(example, changes), encoding="utf-8")
    places = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = " ".join(f"{place}_temp_path {folder / place};" for place in places)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        # What Debian's own nginx.conf says, but for its paths.
        f"daemon off; pid {folder / 'nginx.pid'}; {user} events {{ worker_connections 768; }}\n"
        f"http {{ {temporary} include {folder / 'site.conf'}; }}\n",
        encoding="utf-8",
    )
    command = [NGINX, "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    log = folder / "nginx.log"
    with running(command, env=dict(os.environ), port=proxy.port, log=log):
        yield proxy

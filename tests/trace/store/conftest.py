"""A real PostgreSQL server of our own: a private cluster on a free port of this machine, as nobody special."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest


def binaries() -> Path | None:
    """Return the folder that holds initdb and postgres; none where there is no server."""
    found = [Path(p).resolve().parent for p in (shutil.which("initdb"),) if p]
    found += sorted((p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")), reverse=True)
    return next((f for f in found if (f / "postgres").exists() and (f / "initdb").exists()), None)


def unprivileged() -> str | None:
    """Return a user to run the server as; it refuses to run as root. Empty for whom we are."""
    if os.getuid() != 0:
        return ""
    if shutil.which("runuser") is None:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    return None


@pytest.fixture(scope="session")
def cluster():
    """Yield the URL of a running server without its database, and stop it at the end."""
    where, user = binaries(), unprivileged()
    if where is None:
        pytest.skip(
            "no PostgreSQL server is installed (initdb is neither in PATH nor in /usr/lib/postgresql)"
        )
    if user is None:
        pytest.skip("PostgreSQL does not run as root, and there is no runuser or no user to run it as")
    folder = Path(tempfile.mkdtemp(prefix="oreflow-pg-"))
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    before = ["runuser", "-u", user, "--"] if user else []
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    run = {"check": True, "capture_output": True, "text": True, "cwd": folder}
    try:
        subprocess.run(
            [
                *before,
                where / "initdb",
                "-D",
                data,
                "-U",
                "oreflow",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-sync",
            ],
            **run,
        )
        options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={folder} -c fsync=off"
        server = subprocess.Popen([*before, where / "postgres", "-D", data, *options.split()], cwd=folder,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port), 0.2).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield f"postgresql://oreflow@127.0.0.1:{port}"
        finally:
            subprocess.run(
                [*before, where / "pg_ctl", "-D", data, "stop", "-m", "immediate"],
                capture_output=True,
                cwd=folder,
            )
            server.wait(30)
    except subprocess.CalledProcessError as e:
        pytest.skip(f"PostgreSQL does not start here: {e.stderr.strip()[-200:]}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(cluster):
    """Yield the URL of an empty database."""
    import secrets

    import pg8000.dbapi

    host = cluster.removeprefix("postgresql://oreflow@")
    name = f"d{secrets.token_hex(6)}"
    connection = pg8000.dbapi.connect(
        "oreflow", host=host.split(":")[0], port=int(host.split(":")[1]), database="postgres"
    )
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return f"{cluster}/{name}"

"""A private Dovecot for the tests: unprivileged, on free loopback ports, gone when the test run ends."""

import grp
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import trustme

DOVECOT = Path("/usr/sbin/dovecot")
SERVICE_USER = "nobody"  # Dovecot refuses to run its children as root
PASSWORD = "correct-horse"

CONF = """\
base_dir = {home}/run
state_dir = {home}/run/state
log_path = {home}/dovecot.log
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
listen = 127.0.0.1
login_trusted_networks = 127.0.0.1
protocols = imap
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
ssl = yes
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.key
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/home/%u allow_all_users=yes
}}
mail_location = maildir:{home}/mail/%u
mail_plugins = quota
protocol imap {{
  mail_plugins = quota imap_quota
  mail_max_userip_connections = 50
}}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
  quota_max_mail_size = 2M
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
    auto = subscribe
  }}
  mailbox Sent {{
    special_use = \\Sent
    auto = subscribe
  }}
  mailbox Archive {{
    special_use = \\Archive
    auto = create
  }}
  mailbox Trash {{
    special_use = \\Trash
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {starttls_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # No growing delay after refused logins: the tests refuse many on purpose.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
service auth {{
  unix_listener auth-userdb {{
    mode = 0666
  }}
}}
"""


def free_port() -> int:
    """A port of the loopback interface that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Dovecot:
    """A running server. Every user name is taken with PASSWORD, and has a mailbox of its own."""

    home: Path
    tls_port: int
    starttls_port: int
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls) -> Self:
        """Start and wait until it answers; fails with what to install when Dovecot is missing."""
        if not DOVECOT.exists():
            raise RuntimeError("Dovecot is missing: apt-get install --no-install-recommends dovecot-imapd")
        home = Path(tempfile.mkdtemp(prefix="dovecot-"))
        home.chmod(0o755)  # the service user has to pass through
        user, group = _service_user()
        write_certificates(home)
        (home / "run").mkdir()
        for name in ("mail", "home"):
            (home / name).mkdir()
            if os.geteuid() == 0:
                shutil.chown(home / name, user, group)
        tls_port, starttls_port = free_port(), free_port()
        conf = home / "dovecot.conf"
        conf.write_text(
            CONF.format(
                home=home,
                user=user,
                group=group,
                password=PASSWORD,
                tls_port=tls_port,
                starttls_port=starttls_port,
            )
        )
        with (home / "start.log").open("wb") as log:
            process = subprocess.Popen([DOVECOT, "-F", "-c", conf], stdout=log, stderr=log)
        server = cls(home, tls_port, starttls_port, process)
        server._await_greeting()
        return server

    @property
    def plain_port(self) -> int:
        """The port at which a login without TLS is taken, since all of it stays on loopback."""
        return self.starttls_port

    @property
    def ca_file(self) -> Path:
        """The certificate authority that a client has to trust."""
        return self.home / "ca.pem"

    def stop(self) -> None:
        """End it and remove everything it kept."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def _await_greeting(self) -> None:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                with (
                    socket.create_connection(("127.0.0.1", self.tls_port), 2) as plain,
                    context.wrap_socket(plain, server_hostname="localhost") as secured,
                ):
                    if secured.recv(100).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.05)
            if self.process.poll() is not None:
                break
        words = "".join(path.read_text() for path in self.home.glob("*.log"))
        self.stop()
        raise RuntimeError(f"Dovecot did not start:\n{words}")


def write_certificates(home: Path, *names: str) -> None:
    """A certificate authority and a certificate for localhost (or `names`), made anew for each server."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(home / "ca.pem")
    certificate = authority.issue_cert(*(names or ("localhost", "127.0.0.1")))
    certificate.private_key_pem.write_to_path(home / "server.key")
    certificate.cert_chain_pems[0].write_to_path(home / "server.pem")


def _service_user() -> tuple[str, str]:
    """(user, group) for the processes that serve: an unprivileged one when the tests run as root."""
    entry = pwd.getpwnam(SERVICE_USER) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name

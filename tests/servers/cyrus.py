"""A private Cyrus for the tests: from unpacked packages, unprivileged, on free loopback ports, gone when the test run ends."""

import imaplib
import socket
import struct
import subprocess

from tests.servers.base import LARGEST, PASSWORD, QUOTA, PasswordDesk, Server, unpacked

IMAPD_CONF = """\
configdirectory: {home}/conf
defaultpartition: default
partition-default: {home}/spool
cyrus_user: {user}
cyrus_group: {group}
servername: localhost
defaultdomain: localhost
virtdomains: off
sasl_pwcheck_method: saslauthd
sasl_saslauthd_path: {home}/socket/password
sasl_mech_list: PLAIN
allowplaintext: yes
unixhierarchysep: yes
altnamespace: yes
maxmessagesize: {largest}
autocreate_quota: {quota}
autocreate_post: yes
autocreate_inbox_folders: Drafts|Sent|Trash|Archive
xlist-drafts: Drafts
xlist-sent: Sent
xlist-trash: Trash
xlist-archive: Archive
tls_server_cert: {home}/server.pem
tls_server_key: {home}/server.key
idlesocket: {home}/socket/idle
notifysocket: {home}/socket/notify
proc_path: {home}/proc
mboxname_lockpath: {home}/lock
"""

CYRUS_CONF = """\
START {{
  recover cmd="{bin}/ctl_cyrusdb -C {home}/imapd.conf -r"
}}
SERVICES {{
  imap  cmd="{bin}/imapd -C {home}/imapd.conf" listen="127.0.0.1:{starttls_port}" prefork=1
  imaps cmd="{bin}/imapd -C {home}/imapd.conf -s" listen="127.0.0.1:{tls_port}" prefork=1
}}
DAEMON {{
  idled cmd="{bin}/idled -C {home}/imapd.conf"
}}
EVENTS {{
}}
"""


class Cyrus(Server):
    """Cyrus 3.6: it writes its special uses in lower case (`\\drafts`) and tells its APPENDLIMIT."""

    name = "cyrus"

    def lock(self, user: str, folder: str) -> None:
        with imaplib.IMAP4("localhost", self.plain_port) as client:
            client.login(user, PASSWORD)
            client.setacl(folder, user, "lrsa")

    def stop(self) -> None:
        if desk := getattr(self, "_desk", None):
            desk.close()
        super().stop()

    def _launch(self) -> subprocess.Popen[bytes]:
        root, environment = unpacked(self.name, self.home)
        self._hand_over("conf", "conf/socket", "spool", "socket", "proc", "lock", "run")
        facts = {
            "home": self.home,
            "user": self.user,
            "group": self.group,
            "bin": root / "usr/lib/cyrus/bin",
            "tls_port": self.tls_port,
            "starttls_port": self.starttls_port,
            "quota": QUOTA >> 10,
            "largest": LARGEST,
        }
        (self.home / "imapd.conf").write_text(IMAPD_CONF.format(**facts))
        (self.home / "cyrus.conf").write_text(CYRUS_CONF.format(**facts))
        (self.home / "server.key").chmod(0o644)  # the service user reads it; it is worth nothing
        self._desk = PasswordDesk(self.home / "socket/password", _answer)
        command = [
            root / "usr/lib/cyrus/bin/master",
            "-C", self.home / "imapd.conf",
            "-M", self.home / "cyrus.conf",
            "-p", self.home / "run/master.pid",
        ]  # fmt: skip
        return self._spawn(command, served=True, **environment)


def _answer(caller: socket.socket) -> None:
    """The protocol of saslauthd: user, password, service and realm, each after its length in two octets."""
    with caller.makefile("rb") as asked:
        _user, password, _service, _realm = (
            asked.read(struct.unpack("!H", asked.read(2))[0]) for _ in range(4)
        )
    words = b"OK" if password == PASSWORD.encode() else b"NO"
    caller.sendall(struct.pack("!H", len(words)) + words)

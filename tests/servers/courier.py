"""A private Courier for the tests: from unpacked packages, on free loopback ports, gone when the test run ends.

Courier looks for its password daemon under /run/courier and nowhere else, so each server lives in a mount namespace of its own, in
which that is a folder of its home.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
from pathlib import Path

from tests.servers.base import PASSWORD, QUOTA, PasswordDesk, Server, unpacked

# Two listeners; the first speaks STARTTLS, the second TLS. The shell waits for both, and both end with the process group.
SCRIPT = """\
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir /run/courier
mount --bind "$DESK" /run/courier
mount --bind "$PASSWD" /etc/passwd
mount --bind "$ROOT/usr/libexec" /usr/libexec
$AS_USER "$ROOT/usr/sbin/couriertcpd" -address=127.0.0.1 -maxprocs=60 -maxperip=60 -nodnslookup -noidentlookup \
    "$STARTTLS_PORT" "$ROOT/usr/lib/courier/courier/imaplogin" "$ROOT/usr/bin/imapd" Maildir &
IMAP_TLS=1 $AS_USER "$ROOT/usr/sbin/couriertcpd" -address=127.0.0.1 -maxprocs=60 -maxperip=60 -nodnslookup -noidentlookup \
    "$TLS_PORT" "$ROOT/usr/bin/couriertls" -server -tcpd "$ROOT/usr/lib/courier/courier/imaplogin" "$ROOT/usr/bin/imapd" Maildir &
wait
"""
CAPABILITY = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE"
FOLDERS = ("Drafts", "Sent", "Archive", "Trash")


class Courier(Server):
    """Courier 5.0: every folder lies below INBOX, no special uses, no UIDNEXT, no ID, no codes in its refusals."""

    name = "courier"
    prefix = "INBOX."
    signals = (signal.SIGKILL,)  # it heeds no other, and all its processes end with their namespace

    def lock(self, user: str, folder: str) -> None:
        rights = self._maildir(user) / f".{folder}" / "courierimapacl"
        rights.write_text("owner lrs\nadministrators acdilrsw\n")

    def renumber(self, user: str, folder: str, uidvalidity: int) -> None:
        maildir = self._maildir(user)
        numbers = (maildir if folder == "INBOX" else maildir / f".{folder}") / "courierimapuiddb"
        head, _, rest = numbers.read_text().partition("\n")
        version, _, uidnext = head.split()
        numbers.write_text(f"{version} {uidvalidity} {uidnext}\n{rest}")

    def stop(self) -> None:
        if desk := getattr(self, "_desk", None):
            desk.close()
        super().stop()

    def _launch(self) -> subprocess.Popen[bytes]:
        root, environment = unpacked(self.name, self.home)
        self._hand_over("mail", "run/authdaemon")
        self._desk = PasswordDesk(self.home / "run/authdaemon/socket", self._answer)
        certificate = self.home / "imapd.pem"
        certificate.write_text(
            (self.home / "server.key").read_text() + (self.home / "server.pem").read_text()
        )
        namespaces = ["--mount", "--pid", "--fork", "--kill-child"]
        as_user = ""
        if os.geteuid() != 0:
            # Root within, to mount; then the user again, since Courier's root would change to another user.
            namespaces += ["--user", "--map-root-user"]
            as_user = f"unshare --user --map-user={os.geteuid()} --map-group={os.getegid()}"
        return self._spawn(
            ["unshare", *namespaces, "sh", "-e", "-c", SCRIPT],
            ROOT=str(root),
            **environment,
            AS_USER=as_user,
            PASSWD=str(self._users()),
            DESK=str(self.home / "run"),
            TLS_PORT=str(self.tls_port),
            STARTTLS_PORT=str(self.starttls_port),
            TLS_CERTFILE=str(certificate),
            TLS_VERIFYPEER="NONE",
            TLS_TRUSTCERTS=str(self.ca_file),
            COURIERTLS=str(root / "usr/bin/couriertls"),
            IMAP_STARTTLS="YES",
            IMAP_TLS_REQUIRED="0",
            IMAP_CAPABILITY=CAPABILITY,
            IMAP_CAPABILITY_TLS=f"{CAPABILITY} AUTH=PLAIN",
            IMAP_KEYWORDS="1",
            IMAP_ACL="1",
            IMAP_CHECK_ALL_FOLDERS="0",
            GAM_CLIENT_ID=self.home.name,  # a file monitor of its own, not that of another server
            IMAP_ENHANCEDIDLE="0",  # looks each second instead of asking the monitor, which now and then never answers
            IMAP_IDLE_TIMEOUT="1",
            IMAP_MAILBOX_SANITY_CHECK="1",
            IMAP_OBSOLETE_CLIENT="0",
            IMAP_TRASHFOLDERNAME="Trash",
            IMAP_UMASK="022",
            IMAP_USELOCKS="1",
            PROTOCOL="imap",
        )

    def _answer(self, caller: socket.socket) -> None:
        """The protocol of authdaemond: `AUTH length`, then service, kind, user and password; the account in lines, or FAIL."""
        with caller.makefile("rb") as asked:
            request = next(
                row for row in asked if row.startswith(b"AUTH ")
            )  # what comes before tells who calls
            length = int(request.split()[1])
            _service, kind, user, password, *_ = asked.read(length).decode().split("\n")
        if kind != "login" or password != PASSWORD:
            caller.sendall(b"FAIL\n")
            return
        entry = pwd.getpwnam(self.user)
        maildir = self._maildir(user)
        caller.sendall(
            f"UID={entry.pw_uid}\nGID={entry.pw_gid}\nHOME={maildir.parent}\nADDRESS={user}\nNAME={user}\nMAILDIR={maildir}\n"
            f"QUOTA={QUOTA}S\nOPTIONS=\n.\n".encode()
        )

    def _users(self) -> Path:
        """The machine's users, and one named courier, without whom couriertls does not start."""
        entry = pwd.getpwnam(self.user)
        users = self.home / "passwd"
        users.write_text(
            f"{Path('/etc/passwd').read_text()}courier:x:{entry.pw_uid}:{entry.pw_gid}::/nonexistent:/usr/sbin/nologin\n"
        )
        return users

    def _maildir(self, user: str) -> Path:
        maildir = self.home / "mail" / user / "Maildir"
        if not maildir.exists():
            for folder in (maildir, *(maildir / f".{name}" for name in FOLDERS)):
                for part in ("cur", "new", "tmp"):
                    (folder / part).mkdir(parents=True)
                if folder is not maildir:
                    (folder / "maildirfolder").touch()
            (maildir / "maildirsize").write_text(f"{QUOTA}S\n0 0\n")
            if os.geteuid() == 0:
                for path in (maildir.parent, *maildir.parent.rglob("*")):
                    shutil.chown(path, self.user, self.group)
        return maildir

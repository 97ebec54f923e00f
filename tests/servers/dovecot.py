"""A private Dovecot for the tests: unprivileged, on free loopback ports, gone when the test run ends."""

import base64
import os
import shutil
import subprocess
import time
from pathlib import Path

from tests.servers.base import LARGEST, PASSWORD, QUOTA, Server

DOVECOT = Path("/usr/sbin/dovecot")

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
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
ssl = yes
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.key
passdb {{
  driver = static
  args = password={password}
  mechanisms = plain login
}}
passdb {{
  driver = oauth2
  args = {home}/oauth2.conf
  mechanisms = xoauth2 oauthbearer
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/home/%u allow_all_users=yes
}}
mail_location = maildir:{home}/mail/%u
mail_fsync = never
mail_plugins = quota acl
protocol imap {{
  mail_plugins = quota imap_quota acl
  mail_max_userip_connections = 50
}}
plugin {{
  acl = vfile
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage={quota}B
  quota_max_mail_size = {largest}B
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

# Tokens are looked into on the spot, with a key that the tests' authorisation server signs with.
OAUTH2_CONF = """\
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={home}/keys/
username_attribute = sub
issuers = https://authority.example
"""
TOKEN_KEY = b"a key that only these tests have"


class Dovecot(Server):
    """Dovecot 2.3 over Maildir: special uses, quota, a limit on the size of a mail, passwords and tokens."""

    name = "dovecot"
    mechanisms = "plain login xoauth2 oauthbearer"

    def renumber(self, user: str, folder: str, uidvalidity: int) -> None:
        words = ["mailbox", "update", "-u", user, "--uid-validity", str(uidvalidity), folder]
        subprocess.run(["/usr/bin/doveadm", "-c", self.home / "dovecot.conf", *words], check=True, timeout=10)

    def lock(self, user: str, folder: str) -> None:
        self._hand_over(f"mail/{user}/.{folder}")  # one that Dovecot makes by itself may not be there yet
        (self.home / "mail" / user / f".{folder}" / "dovecot-acl").write_text("owner lrs\n")

    def drop(self, user: str, octets: bytes) -> None:
        """Put a mail into INBOX as a delivery agent does, whether the server runs or not."""
        inbox = self.home / "mail" / user
        arriving = inbox / "tmp" / f"1700000000.M{time.monotonic_ns()}P1.host"
        arriving.write_bytes(octets.replace(b"\r\n", b"\n"))
        if os.geteuid() == 0:
            shutil.chown(arriving, self.user, self.group)
        arriving.rename(inbox / "new" / arriving.name)

    def in_folder(self, user: str, folder: str) -> list[bytes]:
        """The mails in a folder but INBOX, as they lie on the disk."""
        found = (self.home / "mail" / user / f".{folder}").glob("[cn][ue][rw]/*")
        return [path.read_bytes() for path in found]

    def _launch(self) -> subprocess.Popen[bytes]:
        if not DOVECOT.exists():
            raise RuntimeError("Dovecot is missing: run `make servers`")
        (self.home / "run").mkdir()
        self._hand_over("mail", "home")
        keys = self.home / "keys/default/HS256"
        keys.mkdir(parents=True)
        (keys / "default").write_bytes(base64.b64encode(TOKEN_KEY))
        (self.home / "oauth2.conf").write_text(OAUTH2_CONF.format(home=self.home))
        conf = self.home / "dovecot.conf"
        conf.write_text(
            CONF.format(
                home=self.home,
                user=self.user,
                group=self.group,
                password=PASSWORD,
                tls_port=self.tls_port,
                starttls_port=self.starttls_port,
                mechanisms=self.mechanisms,
                quota=QUOTA,
                largest=LARGEST,
            )
        )
        return self._spawn([DOVECOT, "-F", "-c", conf])

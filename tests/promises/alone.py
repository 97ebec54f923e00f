"""A machine with nothing on it but an IMAP server: run in a network namespace of its own, where only loopback exists.

`unshare --net python -m tests.promises.alone FOLDER` starts Dovecot and the daemon there, lets a rejection arrive, and prints as JSON what came of
it and what the kernel counted meanwhile: datagrams sent, packets without a route, connections refused.
"""

import fcntl
import json
import socket
import struct
import sys
from pathlib import Path

from tests.mailbox.labs import ServerLab
from tests.promises.daemon import running, until
from tests.scan.passes import NOW, drafts, mail
from tests.servers.dovecot import Dovecot

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def raise_loopback() -> None:
    """`ip link set lo up`, which is not installed everywhere."""
    with socket.socket() as handle:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(handle, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def counted() -> dict[str, int]:
    """What left this namespace, or tried to, for IPv4 and IPv6 together (the counters of RFC 4293 and RFC 4113)."""
    rows = [row.split() for row in Path("/proc/net/snmp").read_text().splitlines()]
    facts = {
        names[0].rstrip(":") + name: int(value)
        for names, values in zip(rows[::2], rows[1::2], strict=True)
        for name, value in zip(names[1:], values[1:], strict=True)
    }
    facts |= {
        name: int(value) for name, value in map(str.split, Path("/proc/net/snmp6").read_text().splitlines())
    }
    return {
        "datagrams": facts["UdpOutDatagrams"] + facts["Udp6OutDatagrams"],
        "without a route": facts["IpOutNoRoutes"] + facts["Ip6OutNoRoutes"],
        "refused": facts["TcpAttemptFails"],
    }


def main(folder: Path) -> None:
    """Let one rejection arrive and tell what happened."""
    raise_loopback()
    interfaces = sorted(name for _, name in socket.if_nameindex())
    server = Dovecot()
    try:
        lab = ServerLab(server)
        before = counted()
        with running(folder, server.plain_port, lab.user) as log:
            lab.deliver("INBOX", mail(1), NOW)
            until(lambda: drafts(lab.mailbox), 30)
        found = len(drafts(lab.mailbox))
        after = counted()
        lab.close()
    finally:
        server.stop()
    outcome = {
        "interfaces": interfaces,
        "drafts": found,
        "failures": log.read_text().count("failed"),
        **{what: after[what] - count for what, count in before.items()},
    }
    print(json.dumps(outcome))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

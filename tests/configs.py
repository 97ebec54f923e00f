"""How the configurations that tests write begin; the port and the certificate authority are the test's to fill in."""

OWNER = """
[owner]
name = "Sam Rivera"
addresses = ["sam@mail.example"]
"""
OVER_TLS = (
    OWNER
    + """
[[account]]
name = "personal"
[account.imap]
host = "localhost"
port = {port}
ca_file = "{ca_file}"
"""
)

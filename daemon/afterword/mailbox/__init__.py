"""The edge: mailboxes of three kinds behind one protocol. Bytes become records here, once."""

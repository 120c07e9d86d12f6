"""Orders that an ERP without a unique key took twice: found, repaired where nobody touched them.

A sender that stalls between its last look and its send, for longer than its lease, sends after
somebody else has sent already; no fence stops that. So what such an ERP took is swept.
"""

"""The engine: durable jobs made of steps, claimed, leased, fenced, retried and undone.

The rows of this app are the truth about work; the queue below it only carries wake-ups.
It knows no vendor, no flow and no connection, and could be lifted out and used elsewhere.
"""

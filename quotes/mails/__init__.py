"""Mails about requests and quotes: what they say, to whom, and how they are sent."""

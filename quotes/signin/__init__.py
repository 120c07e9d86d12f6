"""The ways into the portal for buyers: codes, hand-overs, links in mails."""

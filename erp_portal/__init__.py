"""The project: settings, URLs, health, the admin site and its first page."""

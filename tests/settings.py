"""The settings of the portal without the `.env` of whoever runs the tests."""

import os

os.environ["DOTENV"] = "off"  # before the settings are read; processes that tests start inherit it

from erp_portal.settings import *  # noqa: E402, F403

# A password costs nothing here; hundreds of tests sign somebody in.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Files are looked up when they are asked for: each test's client would else list them all.
WHITENOISE_AUTOREFRESH = True

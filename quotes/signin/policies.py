"""The rules of getting in: how long, how often, and how a code comes from a salt. Pure."""

import hashlib
import hmac
from datetime import timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address

from django.utils.crypto import salted_hmac

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=10)
TRIES = 5
# A guess needs a code that the same browser asked for, so these bound the guesses too.
WINDOW = timedelta(hours=1)
CODES_PER_ADDRESS = 5
CODES_PER_IP = 30  # a whole office may share one
HANDOVER_LIFE = timedelta(seconds=60)
KEEP_ENDED = timedelta(days=1)
LINK_LIFE = timedelta(days=90)  # the longest; each mail has a new one
KEEP_LINKS = timedelta(days=90)

_CODE, _IP = "quotes.signin.code", "quotes.signin.ip"


def normal_email(email: str) -> str:
    """One way of writing each address: no spaces around it, small letters."""
    return email.strip().lower()


def code_of(salt: str) -> str:
    """The digits that belong to a salt under SECRET_KEY; nothing else can compute them."""
    mac = salted_hmac(_CODE, salt, algorithm="sha256").digest()
    # 256 bits over a million values: no digit is likelier than another by 2**-200.
    return str(int.from_bytes(mac, "big") % 10**CODE_DIGITS).zfill(CODE_DIGITS)


def is_code(given: str, salt: str) -> bool:
    """Compares in constant time; spaces that people type between digits do not count."""
    digits = "".join(given.split())
    return hmac.compare_digest(digits.encode(), code_of(salt).encode())


def ip_digest(ip: str) -> str:
    """What is kept of a visitor's address: enough to count by. IPv6 counts by its /64."""
    return salted_hmac(_IP, _counted(ip), algorithm="sha256").hexdigest()


def _counted(ip: str) -> str:
    try:
        address = ip_address(ip)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False))


def is_throttled(*, of_address: int, of_ip: int) -> bool:
    """Whether one more code is too many; counts are those of the last WINDOW."""
    return of_address >= CODES_PER_ADDRESS or of_ip >= CODES_PER_IP


def username_of(email: str) -> str:
    """The user name of a buyer who has none yet; usernames are shorter than addresses may be."""
    if len(email) <= 150:
        return email
    return "buyer-" + hashlib.sha256(email.encode()).hexdigest()

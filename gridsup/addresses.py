"""From where a request comes: one answer for the lock of the login and for floods from outside."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

# What one IPv6 connection is given: whoever has it has all its addresses.
IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """The address of whoever asks, as text.

    Behind a proxy (BEHIND_PROXY) it is the last entry of X-Forwarded-For, which the proxy itself wrote; everything
    before it may be invented. Without a proxy, or where the entry is no address, it is the peer of the connection.
    """
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if not settings.BEHIND_PROXY:
        return peer
    last = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    return last if _is_address(last) else peer


def connection_of(address: str) -> str:
    """The address, or for IPv6 the network of the connection."""
    if not _is_address(address):
        return address
    known = ip_address(address)
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(ip_network((int(known), IPV6_PREFIX), strict=False))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True

"""Reading pages of the public web that people name, without being used against our own network.

A name is resolved once, every address it has is checked, and the connection goes to a checked address: a name that
points elsewhere a moment later (DNS rebinding) gains nothing. Redirects are followed by hand and checked alike. No
cookies, no credentials, no compression (a small body may unpack to a huge one), and bounds on time and size.

Errors: `Unreadable`, with a reason.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

import httpcore

from core.settings import Settings

MAX_REDIRECTS = 4
TOTAL_SECONDS = 10.0
_STEP_SECONDS = 4.0
_PORTS = {"http": 80, "https": 443}
_AGENT = "SextantPreview/1.0"
# `is_global` is false for most of what must not be reached; these carry or reach IPv4 addresses inside IPv6 ones.
_TUNNELS = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10")
)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unreadable(Exception):
    """`reason`: forbidden_address, forbidden_url, not_found, too_many_redirects, wrong_type, too_large, slow, broken."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Page:
    """What came: the address it came from in the end, its media type with parameters, and its first bytes."""

    url: str
    content_type: str
    body: bytes


def may_reach(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    try:
        ip: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif any(ip in network for network in _TUNNELS):
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class WebGateway:
    """Reads public pages. `allowed` are `host:port` pairs that tests may reach although they are not public."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(allowed)
        self._tls = ssl.create_default_context()

    @classmethod
    def from_settings(cls, settings: Settings) -> "WebGateway":
        """From LINK_PREVIEW_ALLOW, which production refuses."""
        return cls(filter(None, (settings.link_preview_allow or "").split(",")))

    async def close(self) -> None:
        return

    async def read(self, url: str, *, types: tuple[str, ...], most: int, cut: bool = False) -> Page:
        """GET a page whose media type is one of `types`. A body longer than `most` bytes is refused, or cut there.
        Raises Unreadable."""
        try:
            async with asyncio.timeout(TOTAL_SECONDS):
                return await self._follow(url, types, most, cut)
        except TimeoutError as error:
            raise Unreadable("slow") from error

    async def _follow(self, url: str, types: tuple[str, ...], most: int, cut: bool) -> Page:
        for _ in range(MAX_REDIRECTS + 1):
            parts = self._checked(url)
            try:
                answer = await self._get(parts, types, most, cut)
            except (httpcore.TimeoutException, TimeoutError) as error:
                raise Unreadable("slow") from error
            except (
                httpcore.NetworkError,
                httpcore.ProtocolError,
                ssl.SSLError,
                OSError,
                ValueError,
            ) as error:
                raise Unreadable("broken") from error
            if isinstance(answer, Page):
                return answer
            url = urljoin(url, answer)
        raise Unreadable("too_many_redirects")

    def _checked(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme)
            host = (
                (parts.hostname or "").encode("idna").decode()
                if not _is_ip(parts.hostname)
                else parts.hostname
            )
        except ValueError as error:
            raise Unreadable("forbidden_url") from error
        if parts.scheme not in _PORTS or not host or parts.username is not None or parts.password is not None:
            raise Unreadable("forbidden_url")
        if port != _PORTS[parts.scheme] and f"{host}:{port}" not in self._allowed:
            raise Unreadable("forbidden_url")
        netloc = f"[{host}]" if ":" in host else host
        if port != _PORTS[parts.scheme]:
            netloc += f":{port}"
        path = parts.path or "/"
        return SplitResult(parts.scheme, netloc, _ascii(path), _ascii(parts.query), "")

    async def _get(self, parts: SplitResult, types: tuple[str, ...], most: int, cut: bool) -> Page | str:
        """The page, or where it has moved to."""
        url = urlunsplit(parts)
        async with (
            httpcore.AsyncConnectionPool(
                ssl_context=self._tls, network_backend=_Guarded(self._allowed), max_connections=1
            ) as pool,
            pool.stream(
                "GET",
                url,
                headers={
                    "Host": parts.netloc,
                    "User-Agent": _AGENT,
                    "Accept": ", ".join(types),
                    "Accept-Encoding": "identity",
                },
                extensions={
                    "timeout": {
                        "connect": _STEP_SECONDS,
                        "read": _STEP_SECONDS,
                        "write": _STEP_SECONDS,
                        "pool": 1,
                    }
                },
            ) as answer,
        ):
            headers = {name.lower(): value.decode("latin-1") for name, value in answer.headers}
            if answer.status in (301, 302, 303, 307, 308) and headers.get(b"location"):
                return headers[b"location"]
            if answer.status != 200:
                raise Unreadable("not_found")
            content_type = headers.get(b"content-type", "")
            if content_type.partition(";")[0].strip().lower() not in types:
                raise Unreadable("wrong_type")
            if headers.get(b"content-encoding", "identity").lower() not in ("", "identity"):
                raise Unreadable("wrong_type")
            return Page(url, content_type, await _body(answer, most, cut))


async def _body(answer: httpcore.Response, most: int, cut: bool) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_stream():
        body += chunk
        if len(body) > most:
            if not cut:
                raise Unreadable("too_large")
            break
    return bytes(body[:most])


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await _resolve(host, port)
        if not addresses:
            raise Unreadable("not_found")
        if f"{host}:{port}" not in self._allowed and not all(may_reach(each) for each in addresses):
            raise Unreadable("forbidden_address")
        return await self._plain.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise Unreadable("forbidden_address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _resolve(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _is_ip(host: str | None) -> bool:
    try:
        ipaddress.ip_address(host or "")
    except ValueError:
        return False
    return True


def _ascii(part: str) -> str:
    # What a request line may not hold is escaped; what is escaped already stays.
    return quote(part, safe="/%:@!$&'()*+,;=?~-._[]")

"""Reading pages that strangers name: what is reached, and what must not be."""

import asyncio
import socket
from typing import Any

import httpcore
import pytest

from core.gateways import web as module
from core.gateways.web import Unreadable, WebGateway, may_reach
from services.conversations.links import links
from services.previews.heads import plain, said
from tests.previews.site import Site, answer, moved, page

HTML = ("text/html",)
INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1",
    "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001::1", "2001:db8::1",
    "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_out_of_reach(address: str) -> None:
    assert not may_reach(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_in_reach(address: str) -> None:
    assert may_reach(address)


async def reason(gateway: WebGateway, url: str, **options: Any) -> str:
    with pytest.raises(Unreadable) as refused:
        await gateway.read(url, types=HTML, most=100_000, **options)
    return refused.value.reason


async def test_nothing_inside_is_reached_however_it_is_written() -> None:
    async with Site() as site:
        site.pages["/"] = page("<title>secret</title>")
        gateway = WebGateway()
        port = site.port
        # Other ports than 80 and 443 are refused by themselves; on those, the address is.
        found = {
            url: await reason(gateway, url)
            for url in (
                f"http://127.0.0.1:{port}/", "http://127.0.0.1/", "http://localhost/", "http://127.1/", "http://0/",
                "http://2130706433/", "http://0x7f000001/", "http://017700000001/", "http://[::1]/",
                "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://169.254.169.254/latest/meta-data/",
                "http://[fd00:ec2::254]/", "https://10.0.0.1/", "http://①②⑦.⓪.⓪.①/", "http://user:pass@1.1.1.1/",
                "http://1.1.1.1@127.0.0.1/", "ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1/",
                "http:///", "http://[::1", "http://a:99999/", "javascript:alert(1)",
            )
        }  # fmt: skip
        assert set(found.values()) <= {"forbidden_address", "forbidden_url", "not_found"}, found
        assert found["http://169.254.169.254/latest/meta-data/"] == "forbidden_address"
        assert found["http://[::ffff:127.0.0.1]/"] == "forbidden_address"
        assert site.asked == []


async def test_a_redirect_does_not_lead_inside() -> None:
    async with Site() as outside, Site() as inside:
        gateway = WebGateway([outside.address])
        inside.pages["/"] = page("<title>secret</title>")
        for name, target in {
            "metadata": "http://169.254.169.254/latest/meta-data/iam/",
            "port": inside.url("/"),
            "loopback": "http://localhost/",
            "scheme": "file:///etc/passwd",
            "mapped": "http://[::ffff:169.254.169.254]/",
        }.items():
            outside.pages[f"/{name}"] = moved(target)
            outside.pages[f"/twice-{name}"] = moved(f"/{name}", status="307 Temporary Redirect")
            assert await reason(gateway, outside.url(f"/twice-{name}")) in (
                "forbidden_address",
                "forbidden_url",
            )
        outside.pages["/loop"] = moved("/loop")
        assert await reason(gateway, outside.url("/loop")) == "too_many_redirects"
        outside.pages["/good"] = moved("/page?a=1#x")
        outside.pages["/page?a=1"] = page("<title>Here</title>")
        read = await gateway.read(outside.url("/good"), types=HTML, most=100_000)
        assert read.url == outside.url("/page?a=1")
        assert inside.asked == []


async def test_a_name_that_changes_its_address_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Site() as inside:
        answers = iter(["93.184.215.14", "127.0.0.1", "127.0.0.1", "127.0.0.1"])
        dialled: list[str] = []
        loop = asyncio.get_running_loop()

        async def resolve(host: str, port: int, **_: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

        async def dial(self: Any, host: str, port: int, *_: Any) -> Any:
            dialled.append(host)
            raise OSError("the test's network ends here")

        monkeypatch.setattr(loop, "getaddrinfo", resolve)
        monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", dial)
        gateway = WebGateway()
        # Checked and dialled is one and the same answer; the next time the name points inside, it is refused.
        assert await reason(gateway, "http://rebind.example/") == "broken"
        assert await reason(gateway, "http://rebind.example/") == "forbidden_address"
        assert dialled == ["93.184.215.14"]
        assert inside.asked == []


async def test_one_address_inside_among_several_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(host: str, port: int, **_: Any) -> list[Any]:
        found = [("1.1.1.1", port), ("169.254.169.254", port)]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", each) for each in found]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    assert await reason(WebGateway(), "http://both.example/") == "forbidden_address"


async def test_bodies_are_bounded_in_size_time_and_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STEP_SECONDS", 0.5)
    monkeypatch.setattr(module, "TOTAL_SECONDS", 1.5)

    async def endless(_: str, __: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>Endless</title>")
        for _n in range(100_000):
            writer.write(b"x" * 10_000)
            await writer.drain()

    async def silent(_: str, __: dict[str, str], writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async def dripping(_: str, __: dict[str, str], writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for _n in range(50):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)

    async with Site() as site:
        site.pages |= {
            "/endless": endless, "/silent": silent, "/dripping": dripping,
            "/zip": answer("application/zip", b"PK"), "/none": answer("", b"<title>x</title>"),
            "/gzip": answer("text/html", b"\x1f\x8b", Content_Encoding="gzip"), "/broken": b"not http at all\r\n\r\n",
            "/teapot": answer("text/html", b"", status="418 Teapot"),
        }  # fmt: skip
        gateway = WebGateway([site.address])
        found = [await reason(gateway, site.url(path)) for path in site.pages]
        assert found == [
            "too_large",
            "slow",
            "slow",
            "wrong_type",
            "wrong_type",
            "wrong_type",
            "broken",
            "not_found",
        ]
        cut = await gateway.read(site.url("/endless"), types=HTML, most=1_000, cut=True)
        assert len(cut.body) == 1_000
        assert await reason(gateway, "http://127.0.0.1:1/") == "forbidden_url"
        headers = site.asked[-1][1]
        assert "cookie" not in headers
        assert "authorization" not in headers
        assert headers["accept-encoding"] == "identity"


def test_links_are_found_where_people_put_them() -> None:
    text = (
        "See https://one.example/a_(b). And (https://two.example/x?y=1&z=2), `https://code.example`, "
        "https://app.example/chats/1 <https://three.example/ü> https://one.example/a_(b) https://four.example\n"
        "```\nhttps://block.example\n```"
    )
    assert links(text, but="https://app.example") == [
        "https://one.example/a_(b)", "https://two.example/x?y=1&z=2", "https://three.example/ü"
    ]  # fmt: skip
    assert links("javascript:alert(1) ftp://x data:text/html,x http:// https://", but="") == []
    assert links("https://x.example/" + "a" * 3000, but="") == []
    assert links("![](" * 5000, but="") == []


def test_what_a_page_says_is_read_as_plain_text() -> None:
    head = (
        '<title>Plain</title><meta name="description" content="d"><meta property="og:title" content="A &lt;b&gt; &amp; c">'
        '<meta property="og:image" content="/i.png"><meta property="og:site_name" content="S\u202e\u0000ite">'
    )
    about = said("https://x.example/p/", "text/html", page(head).partition(b"\r\n\r\n")[2])
    assert about is not None
    assert (about.title, about.description, about.site) == ("A <b> & c", "d", "S ite")
    assert about.image == "https://x.example/i.png"
    latin = "<title>Größe</title>".encode("latin-1")
    about = said("https://www.x.example/", "text/html; charset=iso-8859-1", latin)
    assert about is not None
    assert (about.title, about.site) == ("Größe", "x.example")
    assert said("https://x.example/", "text/html", b"<body><title>late</title>") is None
    assert said("https://x.example/", "text/html; charset=nonsense", b"<title>t</title>") is not None
    assert said("https://x.example/", "text/html", b"<" * 200_000) is None
    broken = said("https://x.example/", "text/html", b"<title>Before</title><![x[<title>after</title>")
    assert broken is not None
    assert broken.title == "Before"
    assert plain("a" * 400, 10) == "a" * 9 + "…"


@pytest.mark.parametrize(
    ("server", "body", "title"),
    [
        ("", "<title>Größe “x”</title>".encode("cp1252"), "Größe “x”"),  # nobody says what it is
        ("iso-8859-1", "<title>“quoted”</title>".encode("cp1252"), "“quoted”"),
        ("", "<title>Größe</title>".encode("utf-16"), "Größe"),
        ("", b"<meta charset=utf-16><title>Says so in ASCII</title>", "Says so in ASCII"),
        ("gb2312", "<title>鎔基</title>".encode("gbk"), "鎔基"),
        ("", "<title>日本</title>".encode() + "日".encode()[:2], "日本"),  # cut in the middle of a sign
        ("nonsense", "<title>Größe</title>".encode(), "Größe"),
        # Python knows these, but they are no charsets.
        ("idna", b"<title>Plain</title>", "Plain"),
        ("undefined", b"<title>Plain</title>", "Plain"),
        ("", b"<meta charset=punycode><title>Plain</title>", "Plain"),
    ],
)
def test_pages_are_read_as_browsers_read_them(server: str, body: bytes, title: str) -> None:
    kind = "text/html" + (f"; charset={server}" if server else "")
    about = said("https://x.example/", kind, body)
    assert about is not None
    assert about.title == title

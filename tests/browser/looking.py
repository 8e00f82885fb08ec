"""What is wrong with a page for those who look at it or have it read to them."""

from playwright.async_api import Page, expect

from tests.process import ROOT

_AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


async def violations(page: Page) -> list[str]:
    """What axe finds, one line each, and whether the page itself scrolls: everything scrolls inside the shell, so then
    something sticks out of its box."""
    await expect(page.locator("main").first).to_be_visible()  # a page that is still empty has no landmark
    await page.evaluate(_AXE.read_text())  # evaluated, since the page's policy lets no script in
    found = await page.evaluate(
        "rules => axe.run(document, {runOnly: rules}).then(r => r.violations.map("
        "v => `${location.pathname}: ${v.id}: ${v.nodes.map(n => n.html.slice(0, 160)).join(' | ')}`))",
        _RULES,
    )
    found += await page.evaluate(
        "() => { const { scrollWidth: width, scrollHeight: height } = document.documentElement;"
        " return width > innerWidth || height > innerHeight"
        " ? [`${location.pathname}: the page is ${width} by ${height} in a window of ${innerWidth} by ${innerHeight}`]"
        " : [] }"
    )
    return list(found)

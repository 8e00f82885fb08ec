"""Where a founder is at home, as far as their time zone and words tell, and which currency goes with it."""

from collections.abc import Iterable

from services.taxonomy.catalogues import MARKETS

_BY_ZONE = {
    "Europe/London": "GB", "Europe/Dublin": "IE", "Europe/Berlin": "DE", "Europe/Busingen": "DE", "Europe/Vienna": "AT",
    "Europe/Zurich": "CH", "Europe/Paris": "FR", "Europe/Madrid": "ES", "Atlantic/Canary": "ES", "Europe/Lisbon": "PT",
    "Europe/Rome": "IT", "Europe/Amsterdam": "NL", "Europe/Brussels": "BE", "Europe/Stockholm": "SE", "Europe/Oslo": "NO",
    "Europe/Copenhagen": "DK", "Europe/Helsinki": "FI", "Europe/Warsaw": "PL", "Europe/Prague": "CZ", "Europe/Athens": "GR",
    "Europe/Bucharest": "RO", "Europe/Budapest": "HU", "Europe/Kyiv": "UA", "Europe/Kiev": "UA", "Europe/Istanbul": "TR",
    "America/Toronto": "CA", "America/Vancouver": "CA", "America/Montreal": "CA", "America/Edmonton": "CA",
    "America/Winnipeg": "CA", "America/Halifax": "CA", "America/Sao_Paulo": "BR", "America/Bahia": "BR",
    "America/Fortaleza": "BR", "America/Recife": "BR", "America/Manaus": "BR", "America/Mexico_City": "MX",
    "America/Monterrey": "MX", "America/Tijuana": "MX", "America/Argentina/Buenos_Aires": "AR", "America/Buenos_Aires": "AR",
    "America/Santiago": "CL", "America/Bogota": "CO", "America/Lima": "PE", "Asia/Kolkata": "IN", "Asia/Calcutta": "IN",
    "Asia/Singapore": "SG", "Asia/Tokyo": "JP", "Asia/Shanghai": "CN", "Asia/Dubai": "AE", "Asia/Riyadh": "SA",
    "Asia/Jerusalem": "IL", "Asia/Tel_Aviv": "IL", "Asia/Jakarta": "ID", "Asia/Manila": "PH", "Asia/Ho_Chi_Minh": "VN",
    "Asia/Seoul": "KR", "Africa/Johannesburg": "ZA", "Africa/Lagos": "NG", "Africa/Nairobi": "KE", "Africa/Cairo": "EG",
    "Pacific/Auckland": "NZ",
}  # fmt: skip
_US_ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix", "America/Detroit",
    "America/Anchorage", "America/Boise", "America/Indiana/", "America/Kentucky/", "America/North_Dakota/",
    "Pacific/Honolulu", "US/",
)  # fmt: skip
_BY_CURRENCY = {
    "GBP": "GB", "EUR": "EU", "BRL": "BR", "CAD": "CA", "AUD": "AU", "INR": "IN", "ZAR": "ZA", "MXN": "MX", "CHF": "CH",
    "NZD": "NZ", "SGD": "SG", "COP": "CO", "ARS": "AR", "CLP": "CL",
}  # fmt: skip


def market_of_zone(zone: str) -> str | None:
    """The country of an IANA zone, None for UTC and for countries we hold nothing about."""
    if zone in _BY_ZONE:
        return _BY_ZONE[zone]
    if zone.startswith(_US_ZONES):
        return "US"
    return "AU" if zone.startswith("Australia/") else None


def market_of_currency(currency: str | None) -> str | None:
    """The market a currency speaks for; the dollar speaks for the United States."""
    return "US" if currency == "USD" else _BY_CURRENCY.get(currency or "")


def currencies(markets: Iterable[str], zone: str) -> list[str]:
    """The currencies of the named markets, then of the zone's country."""
    codes = [code for code in (*markets, market_of_zone(zone)) if code in MARKETS]
    return list(dict.fromkeys(MARKETS[code].currency for code in codes))

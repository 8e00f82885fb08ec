"""Where a request comes from."""

from typing import Annotated

from fastapi import Depends, Request

from services.accounts.schemas import Device


def device(request: Request) -> Device:
    """Address and user agent. Behind a proxy, uvicorn's `forwarded_allow_ips` decides whose word counts."""
    return Device(
        ip=request.client.host if request.client else None,
        user_agent=request.headers.get("user-agent", "")[:300] or None,
    )


DeviceDep = Annotated[Device, Depends(device)]

"""Products and prices."""

from typing import Any

from stripe import params as sdk

from sandbox.stripe.calls import Call, call, collection
from sandbox.stripe.errors import ApiError, required
from sandbox.stripe.events import emit
from sandbox.stripe.objects import Obj, settable
from sandbox.stripe.resources.fields import apply, check_currency, deleted
from sandbox.stripe.store import Transaction

collection(
    "/v1/products", "product", list_params=sdk.ProductListParams, retrieve_params=sdk.ProductRetrieveParams
)
collection("/v1/prices", "price", list_params=sdk.PriceListParams, retrieve_params=sdk.PriceRetrieveParams)


@call("POST", "/v1/products", sdk.ProductCreateParams)
def create_product(request: Call) -> Obj:
    product = add_product(request.work, request.params)
    if price_data := request.params.get("default_price_data"):
        product["default_price"] = add_price(request.work, {**price_data, "product": product["id"]})["id"]
    return product


@call("POST", "/v1/products/{id}", sdk.ProductUpdateParams)
def update_product(request: Call, product_id: str) -> Obj:
    product = request.work.get(product_id, "product")
    apply(product, request.params)
    product["updated"] = request.work.now
    emit(request.work, "product.updated", product)
    return product


@call("DELETE", "/v1/products/{id}", sdk.ProductDeleteParams)
def delete_product(request: Call, product_id: str) -> Obj:
    product = request.work.get(product_id, "product")
    if request.work.select("price", {"product": product_id}, limit=1):
        raise ApiError("This product cannot be deleted because it has one or more user-created prices.")
    return deleted(request.work, product, "product.deleted")


@call("POST", "/v1/prices", sdk.PriceCreateParams)
def create_price(request: Call) -> Obj:
    return add_price(request.work, request.params)


@call("POST", "/v1/prices/{id}", sdk.PriceUpdateParams)
def update_price(request: Call, price_id: str) -> Obj:
    price = request.work.get(price_id, "price")
    apply(price, request.params)
    emit(request.work, "price.updated", price)
    return price


def add_product(work: Transaction, params: dict[str, Any]) -> Obj:
    """A product, as made by a call of its own or inline in `product_data`."""
    given = params.get("id")
    if given and work.find(given):
        raise ApiError("Product already exists.", code="resource_already_exists", param="id")
    values = {"active": True, "type": "service", "updated": work.now, **settable("product", params)}
    product = work.add("product", values)
    emit(work, "product.created", product)
    return product


def add_price(work: Transaction, params: dict[str, Any]) -> Obj:
    """A price, as made by a call of its own or inline in `price_data`."""
    values = dict(params)
    product_data = values.pop("product_data", None)
    if product_data:
        values["product"] = add_product(work, product_data)["id"]
    elif not values.get("product"):
        raise required("product")
    else:
        work.get(values["product"], "product", "product")
    values["currency"] = check_currency(values["currency"])
    amount = values.get("unit_amount")
    if amount is None and values.get("unit_amount_decimal") is None:
        raise required("unit_amount")
    if amount is not None and amount < 0:
        raise ApiError("Invalid non-negative integer", code="parameter_invalid_integer", param="unit_amount")
    recurring = values.get("recurring")
    if recurring:
        values["recurring"] = {"interval_count": 1, "usage_type": "licensed", **recurring}
    price = work.add(
        "price",
        {
            "active": True,
            "billing_scheme": "per_unit",
            "tax_behavior": "unspecified",
            **settable("price", values),
            "type": "recurring" if recurring else "one_time",
            "unit_amount_decimal": values.get("unit_amount_decimal") or str(amount),
        },
    )
    emit(work, "price.created", price)
    return price


def price_of(work: Transaction, item: dict[str, Any], param: str) -> Obj:
    """The price that an item of a list names by `price`, or describes by `price_data`."""
    if item.get("price"):
        price = work.get(item["price"], "price", f"{param}[price]")
        if not price["active"]:
            raise ApiError(
                "The price specified is inactive. This field only accepts active prices.", param=param
            )
        return price
    if not item.get("price_data"):
        raise required(f"{param}[price]")
    return add_price(work, item["price_data"])

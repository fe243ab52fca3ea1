"""The API: items, a filtered list of them, orders, and a health check.

Answers depend on the request alone: no times, no random numbers. Bodies are made once, in the catalog.
"""

import hashlib
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path, Query, Response

from mock_service.capacity import Capacity
from mock_service.catalog import Catalog, Category, encode
from mock_service.compression import Compression
from mock_service.faults import add_faults
from mock_service.models import Confirmation, Health, Item, ItemPage, Order, Problem
from mock_service.service_time import ServiceTime
from mock_service.settings import Settings
from mock_service.simulation import Simulation

HEALTH, ITEM, LIST, ORDERS = "/health", "/items/{item_id}", "/items", "/orders"
MOST_ITEMS_PER_PAGE = 100

_OVERLOADED: dict[int | str, dict[str, Any]] = {
    503: {
        "model": Problem,
        "description": "Too many requests at work and waiting",
        "headers": {"Retry-After": {"description": "in seconds", "schema": {"type": "integer"}}},
    }
}
_NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "No such item"}}


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI application: the API within faults, simulation and compression."""
    app = FastAPI(
        title="swarmgate mock service",
        version="1.0",
        description="A shop to be loaded. Its latency is modelled: docs/mock-service.md says how.",
    )
    add_routes(app, Catalog(count=settings.items, seed=settings.seed))
    add_faults(app, settings)
    app.add_middleware(
        Simulation,
        capacity=Capacity(at_work=settings.capacity, queue=settings.queue),
        service_time=ServiceTime(
            median_ms={ITEM: settings.item_ms, LIST: settings.list_ms, ORDERS: settings.order_ms},
            body_ms_per_kb=settings.body_ms_per_kb,
            jitter_sigma=settings.jitter_sigma,
            factor=settings.service_time_factor,
            seed=settings.seed,
        ),
        retry_after_s=settings.retry_after_s,
    )
    if settings.gzip:
        app.add_middleware(Compression, level=settings.gzip_level, minimum_bytes=settings.gzip_minimum_bytes)
    return app


def add_routes(app: FastAPI, catalog: Catalog) -> None:
    """The API without any simulation."""

    @app.get(HEALTH, summary="Whether the service answers", response_model=Health)
    async def health() -> Response:
        return _json(encode({"status": "ok"}))

    @app.get(
        ITEM, summary="An item with all its reviews", response_model=Item, responses=_NOT_FOUND | _OVERLOADED
    )
    async def read_item(item_id: Annotated[int, Path(ge=1, examples=[7])]) -> Response:
        body = catalog.body(item_id)
        if body is None:
            raise _no_such_item(item_id)
        return _json(body)

    @app.get(LIST, summary="Items, filtered and by pages", response_model=ItemPage, responses=_OVERLOADED)
    async def list_items(
        category: Annotated[Category | None, Query(description="only items of this category")] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_ITEMS_PER_PAGE, description="items on a page")] = 20,
        offset: Annotated[int, Query(ge=0, description="items before the page")] = 0,
    ) -> Response:
        return _json(catalog.page(category=category, limit=limit, offset=offset))

    @app.post(
        ORDERS,
        summary="Order items",
        status_code=201,
        response_model=Confirmation,
        responses=_NOT_FOUND | _OVERLOADED,
    )
    async def order(order: Order) -> Response:
        return _json(_confirm(order, catalog), status_code=201)


def _confirm(order: Order, catalog: Catalog) -> bytes:
    lines = []
    for line in order.lines:
        facts = catalog.facts(line.item_id)
        if facts is None:
            raise _no_such_item(line.item_id)
        lines.append(line.model_dump() | {"name": facts["name"], "price_cents": facts["price_cents"]})
    digest = hashlib.sha256(order.model_dump_json().encode()).hexdigest()
    total_cents = sum(line["quantity"] * line["price_cents"] for line in lines)
    confirmation = {"order_id": digest[:16], "customer": order.customer, "lines": lines}
    return encode(confirmation | {"total_cents": total_cents})


def _no_such_item(item_id: int) -> HTTPException:
    return HTTPException(404, f"no item {item_id}")


def _json(body: bytes, status_code: int = 200) -> Response:
    return Response(body, status_code, media_type="application/json")

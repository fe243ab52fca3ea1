"""What the API takes and gives."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mock_service.catalog import Category

ItemNumber = Annotated[int, Field(ge=1, examples=[7])]
Cents = Annotated[int, Field(ge=0, examples=[1999])]


class Review(BaseModel):
    """What one customer says of an item."""

    author: str
    rating: Annotated[int, Field(ge=1, le=5)]
    verified: bool
    helpful_votes: Annotated[int, Field(ge=0)]
    text: str


class Item(BaseModel):
    """An item with its reviews; in a list with the first few of them."""

    id: ItemNumber
    name: str
    category: Category
    price_cents: Cents
    description: str
    reviews: list[Review]


class ItemPage(BaseModel):
    """Some of the items that a query found."""

    total: Annotated[int, Field(ge=0, description="items that match, on all pages")]
    limit: int
    offset: int
    items: list[Item]


class OrderLine(BaseModel):
    """So many of an item."""

    model_config = ConfigDict(extra="forbid")

    item_id: ItemNumber
    quantity: Annotated[int, Field(ge=1, le=99, examples=[2])]


class Order(BaseModel):
    """What a customer wants to buy."""

    model_config = ConfigDict(extra="forbid")

    customer: Annotated[str, Field(min_length=1, max_length=100, examples=["customer-17"])]
    lines: Annotated[list[OrderLine], Field(min_length=1, max_length=20)]


class ConfirmedLine(OrderLine):
    """An order line with what the catalog says of the item."""

    name: str
    price_cents: Cents


class Confirmation(BaseModel):
    """An accepted order. The same order is always confirmed in the same words."""

    order_id: Annotated[str, Field(description="a digest of the order", examples=["9f86d081884c7d65"])]
    customer: str
    lines: list[ConfirmedLine]
    total_cents: Cents


class Health(BaseModel):
    """The service answers."""

    status: Annotated[str, Field(examples=["ok"])]


class Problem(BaseModel):
    """Why a request was not served."""

    detail: str

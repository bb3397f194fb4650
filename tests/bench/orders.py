"""The orders that are loaded: the same bytes for the same count, each time and everywhere."""

import json
import random
import zlib
from collections.abc import Iterator
from pathlib import Path

CUSTOMERS = 50000
SKUS = 9999
STATUSES = ("NEW", "PAID", "SHIPPED")

_ORDER = (
    '{"orderId":"ORD-%08d","customerId":"customer-%d","status":"%s","currency":"EUR","total":%.2f,'
    '"createdAt":"2026-01-02T03:04:05Z","items":['
    '{"sku":"SKU-%d","quantity":%d,"price":19.9,"name":"Thing with a name"},'
    '{"sku":"SKU-%d","quantity":%d,"price":19.9,"name":"Thing with a name"}],'
    '"shipping":{"city":"Berlin","zip":"10115","street":"Invalidenstr. 117"}}\n')
_ROW = (
    "ORD-%08d,customer-%d,%s,EUR,%.2f,2026-01-02T03:04:05Z,"
    "SKU-%d,%d,19.9,Thing with a name,SKU-%d,%d,19.9,Thing with a name,Berlin,10115,Invalidenstr. 117\n")
_HEADER = (
    "orderId,customerId,status,currency,total,createdAt,item1.sku,item1.quantity,item1.price,item1.name,"
    "item2.sku,item2.quantity,item2.price,item2.name,shipping.city,shipping.zip,shipping.street\n")
CSV_TYPES = "total:number,item1.quantity:integer,item1.price:number,item2.quantity:integer,item2.price:number"


def write(path: Path, count: int) -> None:
    """Writes that many orders, as CSV or as a fallback file where the name says so, else as NDJSON."""
    if path.name.endswith(".fallback.ndjson"):
        _write_fallback(path, count)
        return
    csv = path.suffix == ".csv"
    with path.open("w", 1 << 20, encoding="ascii") as file:
        if csv:
            file.write(_HEADER)
        file.writelines(map((_ROW if csv else _ORDER).__mod__, _fields(count)))


def _write_fallback(path: Path, count: int) -> None:
    """The same orders as redrive leaves them in an outage."""
    offset = 0
    with path.open("w", 1 << 20, encoding="ascii") as file:
        for number, fields in enumerate(_fields(count)):
            order = _ORDER % fields
            line = (f'{{"v":1,"topic":"orders.created","key":"customer-{int(fields[1])}","value":{json.dumps(order[:-1])},'
                    '"headers":[],"error":{"type":"_MSG_TIMED_OUT","class":"transient",'
                    '"message":"Local: Message timed out","at":"2026-01-02T03:04:05.678Z","retries":3,'
                    f'"persisted":"no"}},"source":{{"file":"orders.ndjson","line":{number + 1},"offset":{offset}}}')
            file.write(f'{line},"crc32":"{zlib.crc32(line.encode()):08x}"}}\n')
            offset += len(order)


def _fields(count: int) -> Iterator[tuple]:
    draw = random.Random(7).random
    for number in range(count):
        yield (number, draw() * CUSTOMERS, STATUSES[int(draw() * len(STATUSES))], draw() * 1000,
               draw() * SKUS, 1 + draw() * 8, draw() * SKUS, 1 + draw() * 8)

"""Delete our own keys in Redis that hold another type of value than they must. What they held is put on the queue again from the database."""

from __future__ import annotations

import redis

from monitor.broker.queues import DELIVER, SCAN
from monitor.logs import get_logger

MARKER = "news-monitor:outbox"
"""The key that is missing when Redis has lost its data."""
_OURS = (
    *((f"rq:queue:{name}", b"list") for name in (SCAN, DELIVER)),
    *((f"rq:workers:{name}", b"set") for name in (SCAN, DELIVER)),
    *(
        (f"rq:{kind}:{name}", b"zset")
        for kind in ("wip", "finished", "failed", "deferred", "scheduled", "canceled")
        for name in (SCAN, DELIVER)
    ),
    *((f"rq:{kind}:{name}-", b"") for kind in ("executions", "execution", "results") for name in (SCAN, DELIVER)),
    *((f"rq:job:{name}-", b"hash") for name in (SCAN, DELIVER)),
    ("rq:clean_registries:", b"string"),
    ("rq:queues", b"set"),
    ("rq:workers", b"set"),
    ("rq:worker:", b"hash"),
    ("news-monitor:", b"string"),
)
"""How our keys begin, and their types; the first that fits counts. No type: whatever is no string."""

_JOBS = tuple(f"rq:job:{name}-".encode() for name in (SCAN, DELIVER))


def reset_wrong_types(connection: redis.Redis) -> int:
    """Delete our keys of a wrong type and return how many. Raises RedisError.

    If there are any, our jobs go too, since one that is known is not pushed twice, and all outstanding work is put on the queue again.
    """
    wrong, jobs = [], []
    for pattern in ("rq:*", "news-monitor:*"):
        keys = list(connection.scan_iter(match=pattern, count=1000))
        with connection.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.type(key)
            wrong += [key for key, found in zip(keys, pipeline.execute(), strict=True) if _is_wrong(key, found)]
        jobs += [key for key in keys if key.startswith(_JOBS)]
    if wrong:
        connection.delete(*wrong, *jobs, MARKER)
        get_logger().warning("broker.reset", reason=f"{len(wrong)} keys were of a wrong type", kept_as=None)
    return len(wrong)


def _is_wrong(key: bytes, found: bytes) -> bool:
    name = key.decode("utf-8", "replace")
    wanted = next((kind for prefix, kind in _OURS if name.startswith(prefix)), None)
    if wanted is None or found == b"none":
        return False
    return found == b"string" if wanted == b"" else found != wanted

"""Buckets of S3 stores: how one is reached, with limits of time, and what a caller is told when it is away."""

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from registry.core.errors import FilesUnavailable
from registry.core.settings import Bucket

if TYPE_CHECKING:
    from obstore.store import S3Config

log = structlog.get_logger()

CONNECT = timedelta(seconds=3)
REQUEST = timedelta(seconds=25)
"""For one request to a store, 20 MB at a megabyte a second."""
ALTOGETHER = timedelta(seconds=30)
"""With what is tried again."""


def object_store(bucket: Bucket, *, request: timedelta | None = None, altogether: timedelta | None = None) -> S3Store:
    """The store of a bucket. Nothing is asked of it yet.

    `request` is the limit of one request, `altogether` with retries; the module's own where they are None.
    """
    request = request or REQUEST
    is_plain = bucket.endpoint is not None and bucket.endpoint.startswith("http:")
    config: S3Config = {
        "bucket": bucket.name,
        "region": bucket.region,
        "virtual_hosted_style_request": bucket.endpoint is None,
    }
    if bucket.endpoint is not None:
        config["endpoint"] = bucket.endpoint
    if bucket.key is not None and bucket.secret is not None:
        config["access_key_id"], config["secret_access_key"] = bucket.key, bucket.secret
    return S3Store(
        prefix=bucket.prefix or None,
        config=config,
        client_options={"connect_timeout": min(CONNECT, request), "timeout": request, "allow_http": is_plain},
        retry_config={
            "max_retries": 3,
            "retry_timeout": altogether or ALTOGETHER,
            "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2), "base": 2},
        },
    )


class store_errors:  # noqa: N801 - reads as a statement
    """Raise FilesUnavailable for any failure of the store; the log says what it was, without names."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, BaseError | OSError):
            log.error("files_unavailable", kind=type(error).__name__)
            raise FilesUnavailable(
                "files cannot be kept or read now; nothing was changed, try again in a moment"
            ) from None

"""Examples of watches and webhooks: one story, from a watch to a delivery that was asked for again."""

from registry.api.organisations.story import EmployerExample, example

WATCHED, WATCHED_LICENCE = "WATCHED2222A", "WATCHEDL222B"
WATCH, LIST, WEBHOOK = "WATCHXX2222C", "WATCHLX2222D", "WEBHXXK2222E"
EVENT = "EVENTXX2222F"
_URL = "https://hooks.example.org/registry"


def _on_watch(operation: str, name: str, summary: str, path: str, method: str, **more: object) -> EmployerExample:
    watch = more.pop("watch", WATCH)
    return example(operation, name, summary, f"/watches/{{watch_id}}{path}", method, path={"watch_id": watch}, **more)


def _on_webhook(operation: str, name: str, summary: str, path: str, method: str, **more: object) -> EmployerExample:
    return example(
        operation, name, summary, f"/webhooks/{{webhook_id}}{path}", method, path={"webhook_id": WEBHOOK}, **more
    )


WATCHES = (
    example(
        "createWatch", "licence", "One licence", "/watches", "POST", status=201, keeps={"watch_id": WATCH},
        body={"label": "Our sewing rooms", "licence_id": WATCHED_LICENCE},
    ),
    example(
        "createWatch", "list", "A list of numbers", "/watches", "POST", status=201, keeps={"watch_id": LIST},
        body={"label": "Whole supply", "numbers": [{"number": "VYMYSL/404"}, {"number": "00990099", "country": "CZ"}]},
    ),
    example("listWatches", "all", "Your watches", "/watches"),
    _on_watch("getWatch", "one", "One of them", "", "GET"),
    _on_watch("updateWatch", "pause", "For a while", "", "PATCH", watch=LIST, version=0, body={"is_paused": True}),
    _on_watch("updateWatch", "stale", "Changed meanwhile", "", "PATCH", watch=LIST, version=0, body={"is_paused": False},
              status=412),
    _on_watch(
        "replaceWatchedNumbers", "shorter", "One less", "/numbers", "PUT", watch=LIST, version=1,
        body={"numbers": [{"number": "VYMYSL/404"}]},
    ),
    _on_watch("deleteWatch", "end", "No more", "", "DELETE", watch=LIST, version=2, status=204),
    example("listEvents", "suspended", "What happened", "/events", query={"limit": "10"}),
    example(
        "createWebhook", "made", "Be told", "/webhooks", "POST", status=201, keeps={"webhook_id": WEBHOOK},
        body={"label": "Night shift", "url": _URL},
    ),
    example(
        "createWebhook", "inner", "An address of an own network", "/webhooks", "POST", status=400,
        body={"label": "Inside", "url": "https://169.254.169.254/latest/meta-data/"},
    ),
    example("listWebhooks", "all", "Your webhooks", "/webhooks"),
    _on_webhook("getWebhook", "one", "One of them", "", "GET"),
    _on_webhook("replayToWebhook", "all", "From the first event on", "/replay", "POST", body={}),
    _on_webhook("testWebhook", "test", "A test", "/test", "POST"),
    _on_webhook("listDeliveries", "waiting", "What waits", "/deliveries", "GET"),
    example(
        "resendEvent", "again", "Once more", "/webhooks/{webhook_id}/deliveries/{event_id}", "POST",
        path={"webhook_id": WEBHOOK, "event_id": f"evt_{EVENT}"},
    ),
    _on_webhook("rotateWebhookSecret", "rotated", "Another secret", "/secret", "POST", version=0),
    _on_webhook("updateWebhook", "off", "Switched off", "", "PATCH", version=1, body={"state": "disabled"}),
    _on_webhook("deleteWebhook", "end", "No more", "", "DELETE", version=2, status=204),
)  # fmt: skip

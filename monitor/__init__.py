"""news-monitor: feed or file → Article → Match → Alert → Delivery → webhook.

Four verbs carry an article through: **poll** and **relay** live here, **scan** and **deliver** in `workers`.

    cli/        the front door: one file per command group
    web/        dashboard, API, metrics, health
    app         composition root: settings → database, queue, relay
    scheduler   APScheduler ticks
    relay       outbox → RQ; the only place that names jobs
    broker      the Redis connection; the embedded Valkey
    logs        structlog; the closed list of event names
    polling/    fetching feeds, watching folders
    parse/      bytes → entries (pure)
    storage/    the database, the only truth
    settings/   YAML with positions → a frozen model
    domain/     what it is all about (pure, standard library only)
"""

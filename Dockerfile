FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY monitor monitor
COPY workers workers
RUN python -m venv /opt/news-monitor && /opt/news-monitor/bin/pip install --no-cache-dir -c constraints.txt '.[all]'

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/news-monitor monitor
COPY --from=build /opt/news-monitor /opt/news-monitor
ENV PATH=/opt/news-monitor/bin:$PATH PYTHONUNBUFFERED=1 NEWS_MONITOR_CONFIG=/etc/news-monitor/monitor.yaml
COPY config /etc/news-monitor
COPY seeds /etc/seeds
RUN mkdir /etc/data && chown monitor /etc/data
USER monitor
VOLUME /etc/data
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=4 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8765/readyz', timeout=4)"]
ENTRYPOINT ["news-monitor"]
CMD ["run"]

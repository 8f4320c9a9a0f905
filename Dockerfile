# Two stages: the first installs and compiles, the second only runs, as a user who can change nothing.
FROM python:3.11-slim-trixie AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/portal
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt .
RUN pip install --require-hashes --only-binary=:all: -r requirements.txt
COPY . .
# The demonstration profile needs no keys, so no layer ever holds one.
RUN PORTAL_VAR_DIR=/tmp/var python manage.py compile_translations \
    && rm -rf /tmp/var \
    && python -m compileall -q qa_portal submissions reviews reports


FROM python:3.11-slim-trixie

# Pango sets the PDF of the circular; its fonts come with the code. The client of PostgreSQL 17, like the
# server in docker-compose.yml, makes the backups.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fontconfig libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 portal \
    && useradd --uid 10001 --gid portal --no-create-home --home-dir /tmp --shell /usr/sbin/nologin portal

COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/portal /srv/portal
# Only these may be written; named volumes take over their owner.
RUN for name in static files anchors beat backups; do install -d -o portal -g portal /srv/portal/var/$name; done

ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONFAULTHANDLER=1 \
    PORTAL_PROFILE=production PORTAL_VAR_DIR=/srv/portal/var AUDIT_ANCHOR=/srv/portal/var/anchors/audit.jsonl \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics
WORKDIR /srv/portal
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=40s CMD ["python", "deploy/probe.py", "web"]
CMD ["gunicorn", "qa_portal.wsgi"]

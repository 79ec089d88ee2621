# One image, many commands: docker-compose.yml says which. LOCK=demo adds what the sandbox upstream needs.
FROM python:3.11-slim-bookworm AS packages
ARG LOCK=runtime
COPY locks/${LOCK}.txt /lock.txt
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /lock.txt

FROM python:3.11-slim-bookworm
# A fixed number, so that volumes and secrets can be given to it.
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin portal
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=jht_portal.settings STATIC_ROOT=/srv/static
COPY --from=packages /opt/venv /opt/venv
COPY . /srv/portal
WORKDIR /srv/portal
# With keys of the moment, which stay in no layer.
RUN python -m compileall -q . && python -m demo.static_files
USER 10001:10001
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "jht_portal.wsgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "8", "--no-ws"]

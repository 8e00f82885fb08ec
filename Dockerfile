# One image, three roles: `serve` (default), `worker`, `migrate`.
FROM node:22-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web ./
COPY docs/openapi.json docs/protocol.openapi.json /src/docs/
RUN npm run build

FROM python:3.11-slim AS packages
RUN pip install --no-cache-dir uv
COPY requirements/runtime.txt /requirements.txt
RUN uv venv /venv && uv pip sync --python /venv/bin/python /requirements.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ENVIRONMENT=production HOST=0.0.0.0 PORT=8000 LOG_FORMAT=json
RUN useradd --system --uid 10001 sextant
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=web /src/web/build ./web/build
COPY alembic.ini pyproject.toml ./
COPY core ./core
COPY models ./models
COPY migrations ./migrations
COPY services ./services
COPY prompts ./prompts
COPY tools ./tools
COPY assistant ./assistant
COPY api ./api
USER sextant
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
ENTRYPOINT ["python", "-m", "api"]
CMD ["serve"]

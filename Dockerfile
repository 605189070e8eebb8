# syntax=docker/dockerfile:1

# Compiled with the tools of the lockfile, in a stage that stays behind.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.npm npm run setup && npm run build
WORKDIR /src/dist
# Media tools come from Debian here, so the copies that npm brings are left out.
RUN --mount=type=cache,target=/root/.npm npm install --omit=dev --no-audit --no-fund --loglevel=error \
  && rm -rf node_modules/@ffprobe-installer node_modules/@ffmpeg-installer

FROM node:24-bookworm-slim AS run
# Media are untrusted input: their tools follow Debian's security updates, so no version of them is pinned. npm has no
# business in a running service.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg \
  && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /opt/yarn* \
  && mkdir /data && chown node:node /data
COPY --from=build /src/dist /app
ENV NODE_ENV=production \
  NODE_OPTIONS=--enable-source-maps \
  PATH=/app/node_modules/.bin:$PATH \
  HOST=0.0.0.0 \
  PORT=8080 \
  AIGUILLEUR_CONFIG=/etc/aiguilleur/aiguilleur.yaml \
  AIGUILLEUR_DATA=/data
USER 1000:1000
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/liveness`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node is the first process and hears SIGTERM: streams finish within `timeouts.shutdown`.
ENTRYPOINT ["node", "/app/packages/http/src/main.js"]
CMD ["serve", "--watch"]

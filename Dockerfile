# runless on Node, in an image without a shell or a package manager. It keeps its events in /data.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY core core
COPY storage storage
COPY adapters adapters
RUN npm run build
# npm keeps optional peers of what stays: compilers and types, which nothing here runs.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/typescript node_modules/@typescript node_modules/bun-types node_modules/@types \
  && mkdir /data

FROM gcr.io/distroless/nodejs22-debian12:nonroot
ENV NODE_ENV=production RUNLESS_HOST=0.0.0.0 RUNLESS_DATABASE_URL=file:/data/runless.db
COPY --from=build /app/package.json /app/package.json
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
COPY --from=build --chown=nonroot:nonroot /data /data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --start-period=30s CMD ["/nodejs/bin/node", "-e", \
  "fetch('http://127.0.0.1:3000/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/adapters/cli/runless.js"]
CMD ["serve"]

# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY src src
COPY hack/bundle.ts hack/bundle.ts
RUN node hack/bundle.ts

# No shell, no npm, no node_modules: one file and Node.
FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /app
COPY --from=build /src/dist/parapet.mjs parapet.mjs
USER 65532:65532
# Below the container's limit of 384 MiB, so that V8 collects before the kernel kills.
ENTRYPOINT ["/nodejs/bin/node", "--disable-proto=delete", "--max-old-space-size=256", "/app/parapet.mjs"]
CMD ["run"]

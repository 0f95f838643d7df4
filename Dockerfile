# syntax=docker/dockerfile:1
# Build with: docker build -t transcript-gateway .

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package of ours needs an install script; none gets to run one.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build \
 && npm prune --omit=dev --ignore-scripts \
 && find dist -name '*.map' -delete \
 && mkdir data

# No shell, no package manager, and a user that is not root (65532).
FROM gcr.io/distroless/nodejs24-debian12:nonroot
WORKDIR /app
ENV NODE_ENV=production \
    TGW_PUBLIC_HOST=0.0.0.0
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/config ./config
COPY --from=build --chown=65532:65532 /app/data ./data
USER 65532:65532
# Where the embedded store writes; everything else may be read-only.
VOLUME /app/data
EXPOSE 8080
# The private door stays on loopback unless TGW_PRIVATE_HOST says otherwise.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["/nodejs/bin/node", "/app/dist/main.js", "healthcheck"]
# The image's entry point is node itself, so signals reach the gateway.
CMD ["/app/dist/main.js"]

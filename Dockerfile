# The Model Hub's four parts in one image; the command says which: part api | gateway | worker | runner, or migrate.
FROM node:20.19.6-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY studio-plugin/package.json studio-plugin/
RUN npm ci --no-audit --no-fund
COPY . .
# rooms, workflow bundle, pages
RUN npm run build

FROM node:20.19.6-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY studio-plugin/package.json studio-plugin/
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:20.19.6-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/studio-plugin/dist studio-plugin/dist
# the seed data of the catalog, which migrate reads
COPY --from=build /app/store/seed store/seed
# projectDir() in cli/settings.ts looks for these two
COPY package.json ./
COPY cli/hub.mjs cli/
RUN mkdir /data && chown node:node /data
USER node
ENV MODELHUB_HOST=0.0.0.0 MODELHUB_DATA_DIR=/data MODELHUB_CACHE_DIR=/data/cache
VOLUME /data
# Not cli/hub.mjs: that one installs and builds what is missing or older than its sources, and an image has no sources.
# dist/cli/main.js is what the supervisor of npm start runs for each part, too.
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["--help"]

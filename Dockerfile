# A node in a container: docker build -t hhs-actors . && docker run -v hhs-data:/data -p 127.0.0.1:4000:4000 hhs-actors
# AkkaFeed=core builds where the feed has no Akka packages (docs/decisions/001-akka-feed.md); such an image has no cluster.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG AkkaFeed=nuget
ENV AkkaFeed=$AkkaFeed
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY build build
COPY hocon hocon
COPY src src
RUN dotnet publish src/Node -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# For AkkaFeed=core: libsodium checks signatures fastest; without it OpenSSL's library does. The other build brings its own (docs/decisions/062-nsec.md).
RUN apt-get update && apt-get install -y --no-install-recommends libsodium23 && rm -rf /var/lib/apt/lists/*
# Volumes take their owner from these folders when they are first used.
RUN mkdir /data /identity && chown $APP_UID /data /identity
COPY --from=build /app /app
ENV PATH=/app:$PATH
USER $APP_UID
VOLUME /data
EXPOSE 4000
# All addresses of the container; the host decides which of its own to publish.
ENTRYPOINT ["/app/hhs"]
CMD ["serve", "--data", "/data", "--listen", "ws://0.0.0.0:4000", "--health", "4080"]

# The program in an image of its own: docker build -t sequoia . && docker run --rm sequoia --help
FROM denoland/deno:debian-2.9.6 AS build
WORKDIR /src
COPY . .
RUN deno task compile && mkdir /data

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /src/dist/sequoia /usr/local/bin/sequoia
# the queue, if it is a file, and run logs
COPY --from=build --chown=nonroot:nonroot /data /data
WORKDIR /data
VOLUME /data
ENV SEQUOIA_QUEUE=sqlite:/data/queue.db NO_COLOR=1
ENTRYPOINT ["/usr/local/bin/sequoia"]
CMD ["--help"]

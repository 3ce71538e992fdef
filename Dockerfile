# syntax=docker/dockerfile:1

FROM rust:1.95-slim-bookworm AS build
WORKDIR /build

# The dependencies, built against an empty crate: this layer stays cached while the two files do not change.
COPY Cargo.toml Cargo.lock ./
COPY vk/Cargo.toml vk/
COPY .cargo .cargo
RUN mkdir -p src tests/it vk/src vk/tests \
    && echo '//! Empty.' | tee src/lib.rs tests/it/main.rs vk/tests/alone.rs > src/main.rs \
    && echo 'fn main() {}' | tee -a src/main.rs > vk/src/main.rs \
    && cargo build --release --locked --bin vault-api --bin vk \
    && cargo clean --release --package vault-api --package vk \
    && rm -r src tests vk/src vk/tests

# The server itself, and the command line. What the context leaves out is listed in .dockerignore.
COPY . .
RUN mkdir -p tests/it \
    && touch tests/it/main.rs \
    && cargo build --release --locked --bin vault-api --bin vk


FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin vault \
    && install --directory --owner=vault --group=vault --mode=0700 /data

COPY --from=build /build/target/release/vault-api /build/target/release/vk /usr/local/bin/

USER 10001:10001
WORKDIR /data
ENV HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/data
VOLUME /data
EXPOSE 8000

# Bash speaks TCP itself, so the image needs no HTTP client.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${PORT:-8000} && printf 'GET /health HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 4 answer <&3 && [[ $answer == 'HTTP/1.1 200 '* ]]"]

ENTRYPOINT ["vault-api"]
CMD ["serve"]

# What people run; CI runs the README's command and more, in .ci/run.

# Everything CI checks that needs no network
check:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings
    cargo test --locked
    RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps

# The suite, with the PostgreSQL half mandatory
check-pg:
    DATELINE_TEST_POSTGRES=required cargo test --locked

# Real servers, killed without warning: due items, requests sent twice, sixteen writers; some ten minutes
drive:
    DATELINE_TEST_POSTGRES=required cargo test --locked --test suite -- --ignored --nocapture --test-threads=1 driving --skip flooding --skip guessing --skip shapes

# The program as people install it, and its symbols beside it, which debuggers and profilers find by themselves
release:
    cargo build --locked --profile symbols
    mkdir -p target/dist
    objcopy --only-keep-debug target/symbols/dateline target/dist/dateline.debug
    objcopy --strip-debug --add-gnu-debuglink=target/dist/dateline.debug target/symbols/dateline target/dist/dateline
    ls -lh target/dist

# Write the contract anew
openapi:
    cargo run --quiet -- openapi > openapi/v1.json

# Whether the contract keeps what was promised at the last release; a change that breaks has its line in the changelog
grows:
    python3 -m unittest discover -s .ci/contract
    .ci/contract/grows.py

# A step of a release: from now on the contract is compared with what it is today
promise:
    .ci/contract/grows.py --release

# Known vulnerabilities of what is linked; needs the network
advisories:
    cargo deny --all-features check advisories

# Licences, bans, sources and unused dependencies
dependencies:
    cargo deny --all-features check licenses bans sources
    cargo machete

# Load a bundle into a fresh SQLite database, read it back, export it and compare
newsroom bundle:
    cargo build
    .ci/newsroom {{bundle}} "sqlite://$(mktemp -d)/newsroom.db" "$(mktemp -d)"

# The clients of clients/, built from the contract and tried against demos of their own
clients:
    cargo build
    cd clients/typescript && npm ci && npm test
    python3 -m venv clients/python/made/venv
    clients/python/made/venv/bin/pip install -q -e 'clients/python[dev]'
    cd clients/python && made/venv/bin/python tests/readme.py made/readme_story.py
    cd clients/python && MYPYPATH=src:tests made/venv/bin/mypy src tests made/readme_story.py && made/venv/bin/pytest

# Compile the reference page against the client for TypeScript
page:
    cd examples/page && npm ci && npm run build

# Swagger UI in headless Chromium: every operation's example, over a demo of its own
swagger:
    cargo build
    .ci/swagger/run

# Signing in by way of a real OpenID provider: by a standard library, while its keys are rotated, and in Swagger UI
single-sign-on:
    cargo build
    .ci/openid/run

# The example reader in headless Chromium, over a demo of its own
reader:
    cargo build
    cd examples/reader && npm ci && npm test

# Call every operation of a running server with generated requests (schemathesis); TOKEN may be empty
fuzz server='http://127.0.0.1:8080' token='':
    .ci/fuzz {{server}} {{token}}

# Delivery against a handler that returns constant bytes; needs wrk. ARTICLES=1000000 for a large archive
bench:
    cargo bench --bench delivery

# Views that are counted beside readers
bench-views:
    cargo bench --bench views

# The media library against bare peers, with wrk, vipsthumbnail, ImageMagick, espeak-ng and ffmpeg; rows by name: `just bench-media serving drawing`
bench-media *rows:
    cargo bench --bench media -- {{rows}}

# Renditions beside what libvips makes of the same originals
pictures:
    cargo build
    .ci/pictures/run

# Varnish in front of a server, with docs/varnish.vcl
varnish:
    cargo build
    .ci/varnish

# The demo newsroom
demo:
    cargo run --release -- demo

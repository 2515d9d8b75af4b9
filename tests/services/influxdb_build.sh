#!/usr/bin/env bash
# Build influxd from its Go module: no Docker engine and no binary download is needed, only package registries.
# Usage: influxdb_build.sh VERSION TARGET_FILE      Needs go, cargo, clang, pkg-config and protoc.
set -euo pipefail
version=$1 target=$2
for tool in go cargo clang pkg-config protoc; do
    command -v "$tool" >/dev/null || { echo "influxd needs $tool to build (Debian: golang cargo clang pkg-config protobuf-compiler)" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work"
export GOBIN="$work/bin" GOFLAGS=-mod=mod GOTOOLCHAIN=local
go install github.com/influxdata/pkg-config@v0.2.7
# libflux denies warnings, and newer Rust compilers warn of more: its build script ignores RUSTFLAGS, so cap them here.
cat > "$work/rustc-capped" <<'RUSTC'
#!/usr/bin/env bash
case " $* " in *" --cap-lints "*) exec "$@" ;; *) exec "$@" --cap-lints warn ;; esac
RUSTC
chmod +x "$work/rustc-capped"
go mod init stethos.test/influxd
go get "github.com/influxdata/influxdb/v2/cmd/influxd@v$version"
if command -v rustup >/dev/null; then
    # libflux pins an old Rust release; the installed one builds it as well.
    export RUSTUP_TOOLCHAIN="${RUSTUP_TOOLCHAIN:-$(rustup show active-toolchain | cut -d' ' -f1)}"
fi
PKG_CONFIG="$GOBIN/pkg-config" PATH="$GOBIN:$PATH" RUSTC_WRAPPER="$work/rustc-capped" \
    go build -o influxd github.com/influxdata/influxdb/v2/cmd/influxd
mkdir -p "$(dirname "$target")"
mv influxd "$target.part"
mv "$target.part" "$target"    # whole or not at all: a cut-off build never looks like a finished one

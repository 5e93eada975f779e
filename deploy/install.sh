#!/bin/sh
# Installs Lalin as a systemd service, updates it, or removes it. Run it again to update: the old version is
# kept and comes back by itself when the new one does not answer.
#
# Exit codes: 0 done; 1 not done, and what ran before runs again; 2 not done, and the service does not run;
# 64 wrong usage.

set -eu

# Stand-ins for tests.
SYSTEMCTL=${SYSTEMCTL:-systemctl}
USERADD=${USERADD:-useradd}
USERDEL=${USERDEL:-userdel}
GETENT=${GETENT:-getent}
CHOWN=${CHOWN:-chown}
SLEEP=${SLEEP:-sleep}

HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
SERVICE=lalin
ACCOUNT=lalin

action=install
page=
others=
binary=
root=
purge=no
wait_for=30
lang=
case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in id*) lang=id ;; *) lang=en ;; esac

# say INDONESIAN ENGLISH
say() {
    if [ "$lang" = id ]; then printf '%s\n' "$1"; else printf '%s\n' "$2"; fi
}

fail() {
    say "$1" "$2" >&2
    exit "${3:-1}"
}

usage() {
    say "Pemakaian: install.sh [pilihan]
  --binary FILE   pakai berkas program ini; tanpa ini, dibangun dengan cargo
  --wait DETIK    lama menunggu layanan menjawab (bawaan 30)
  --remove        hapus layanan dan program; konfigurasi dan data tetap ada
  --purge         bersama --remove: hapus juga konfigurasi, data dan pengguna
  --lang id|en    bahasa pesan
  --root DIR      pasang ke dalam DIR (untuk mencoba)" \
        "Usage: install.sh [options]
  --binary FILE   take this program; without it, cargo builds one
  --wait SECONDS  how long the service may take to answer (default 30)
  --remove        remove service and program; configuration and data stay
  --purge         with --remove: configuration, data and user too
  --lang id|en    language of the messages
  --root DIR      install into DIR (to try)"
}

wrong() {
    usage >&2
    exit 64
}

while [ $# -gt 0 ]; do
    case "$1" in
        --binary | --root | --lang | --wait)
            [ $# -ge 2 ] || wrong
            case "$1" in
                --binary) binary=$2 ;;
                --root) root=$2 ;;
                --lang) lang=$2 ;;
                --wait) wait_for=$2 ;;
            esac
            shift
            ;;
        --remove) action=remove ;;
        --purge) purge=yes ;;
        -h | --help) usage && exit 0 ;;
        *) wrong ;;
    esac
    shift
done
case "$lang" in id | en) ;; *) lang=en && wrong ;; esac
case "$wait_for" in '' | *[!0-9]*) wrong ;; esac
[ "$purge" = no ] || [ "$action" = remove ] || wrong

bin=$root/usr/local/bin/lalin
previous=$root/usr/local/lib/lalin/previous
etc=$root/etc/lalin
config=$etc/lalin.toml
data=$root/var/lib/lalin
unit=$root/etc/systemd/system/lalin.service

check_machine() {
    [ -z "$root" ] || return 0
    [ "$(id -u)" = 0 ] || fail "Jalankan sebagai root: sudo $0" "Run it as root: sudo $0"
    [ -d /run/systemd/system ] || fail \
        "Mesin ini tidak memakai systemd. Jalankan saja: lalin serve" \
        "This machine does not run systemd. Simply run: lalin serve"
}

# ===== the program =====

build() {
    source=$(dirname -- "$HERE")
    [ -f "$source/Cargo.toml" ] || fail \
        "Di sini tidak ada kode sumber; beri programnya: --binary FILE" \
        "There is no source here; give the program: --binary FILE"
    say "Membangun Lalin, beberapa menit..." "Building Lalin, some minutes..."
    # Under sudo the compiler is that of the user who called, and so are the files it writes.
    # shellcheck disable=SC2016 # the inner shell expands it
    script='PATH="$PATH:$HOME/.cargo/bin"; cd "$1" && command -v cargo >/dev/null || exit 127
        cargo build --release --locked --package lalin'
    status=0
    if [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
        sudo -u "$SUDO_USER" -H sh -c "$script" sh "$source" || status=$?
    else
        sh -c "$script" sh "$source" || status=$?
    fi
    [ "$status" != 127 ] || fail \
        "cargo tidak ada. Pasang Rust dari https://rustup.rs lalu ulangi, atau beri --binary FILE" \
        "There is no cargo. Install Rust from https://rustup.rs and try again, or give --binary FILE"
    [ "$status" = 0 ] || fail "Gagal membangun; tidak ada yang diubah." "The build failed; nothing was changed."
    binary=${CARGO_TARGET_DIR:-$source/target}/release/lalin
}

# A program for another machine, or half a download, is found here, before anything is changed.
check_binary() {
    [ -f "$binary" ] || fail "Berkas tidak ada: $binary" "No such file: $binary"
    candidate=$bin.new
    mkdir -p "$(dirname -- "$bin")"
    cp -- "$binary" "$candidate"
    chmod 755 "$candidate"
    if ! version=$("$candidate" --version 2>/dev/null </dev/null); then
        rm -f -- "$candidate"
        fail "Program itu tidak bisa dijalankan di mesin ini: $binary. Tidak ada yang diubah." \
            "That program does not run on this machine: $binary. Nothing was changed."
    fi
}

# ===== the service =====

make_user() {
    "$GETENT" passwd "$ACCOUNT" >/dev/null 2>&1 && return 0
    "$USERADD" --system --user-group --home-dir /var/lib/lalin --no-create-home \
        --shell /usr/sbin/nologin "$ACCOUNT"
}

make_config() {
    mkdir -p "$etc"
    if [ ! -f "$config" ]; then
        for example in "$HERE/lalin.example.toml" "$HERE/../docs/reference/lalin.example.toml"; do
            [ -f "$example" ] || continue
            (umask 077 && cp -- "$example" "$config")
            break
        done
        [ -f "$config" ] || (umask 077 && : >"$config")
    fi
    "$CHOWN" "root:$ACCOUNT" "$etc" "$config"
    chmod 750 "$etc"
    chmod 640 "$config"
}

# The program asks its own service, by http or https and where it listens, as the same configuration says.
status() (
    # What systemd gives the service as its environment; never on a command line, where everybody sees it.
    if [ -f "$etc/lalin.env" ]; then
        while IFS= read -r line || [ -n "$line" ]; do
            case "$line" in LALIN_*=*) ;; *) continue ;; esac
            name=${line%%=*}
            value=${line#*=}
            case "$name" in *[!A-Z0-9_]*) continue ;; esac
            case "$value" in
                '"'*'"') value=${value#?} && value=${value%?} ;;
                "'"*"'") value=${value#?} && value=${value%?} ;;
            esac
            export "$name=$value"
        done <"$etc/lalin.env"
    fi
    "$bin" status --config "$config" 2>/dev/null </dev/null
)

# Both must hold: something else may answer on the port while the service fails to get it. Sets $page to where the
# service is, $others to where the others of the network find it or would.
good() {
    "$SYSTEMCTL" is-active --quiet "$SERVICE" || return 1
    said=$(status) || return 1
    page=$(printf '%s\n' "$said" | sed -n 's/.* runs at \(http[^ ]*\).*/\1/p' | head -n 1)
    others=$(printf '%s\n' "$said" | sed -n 's/.*others .* at \(http[^ ]*\).*/\1/p' | head -n 1)
}

# Twice in a row within the limit: a service that dies a moment after its start is not good.
healthy() {
    left=$wait_for
    row=0
    while :; do
        if good; then row=$((row + 1)); else row=0; fi
        [ "$row" -lt 2 ] || return 0
        [ "$left" -gt 0 ] || return 1
        left=$((left - 1))
        "$SLEEP" 1
    done
}

# Starts a fresh one whatever ran before; a service that cannot start is found by `healthy`.
restart() {
    "$SYSTEMCTL" daemon-reload
    "$SYSTEMCTL" enable --quiet "$SERVICE"
    "$SYSTEMCTL" restart "$SERVICE" || true
}

# What comes after the first install. Where only this machine can open the page, that is said, and how others can.
next_steps() {
    port=${page%/}
    port=${port##*:}
    say "Langkah berikutnya:" "Next:"
    case "$page" in
        *://127.* | *'://[::1]'*)
            if [ -n "$others" ] && listens_everywhere; then
                say "  1. Buka halamannya: $others (dari jaringan) atau $page (di mesin ini)." \
                    "  1. Open the page: $others (from the network) or $page (on this machine)."
            else
                say "  1. Buka halamannya: $page; hanya mesin ini yang bisa. Dari laptop Anda:
     ssh -L $port:127.0.0.1:$port $(hostname)   lalu buka $page
     Untuk jaringan: setelah langkah 2, listen = \"0.0.0.0:$port\" di bawah [server] dalam $config,
     sudo systemctl restart $SERVICE, lalu ${others:-http://ALAMAT:$port/}" \
                    "  1. Open the page: $page; only this machine can. From your laptop:
     ssh -L $port:127.0.0.1:$port $(hostname)   then open $page
     For the network: after step 2, listen = \"0.0.0.0:$port\" below [server] in $config,
     sudo systemctl restart $SERVICE, then ${others:-http://ADDRESS:$port/}"
            fi
            ;;
        *) say "  1. Buka halamannya: $page" "  1. Open the page: $page" ;;
    esac
    say "  2. Buat administrator: sudo -u $ACCOUNT $bin user add NAMA --data-dir $data
     (atau di halaman, dengan kode sekali pakai dari: journalctl -u $SERVICE)
  3. Tambah router di halaman. Pengguna baca-saja untuknya: $bin setup-script" \
        "  2. Make the administrator: sudo -u $ACCOUNT $bin user add NAME --data-dir $data
     (or in the page, with the one-time code from: journalctl -u $SERVICE)
  3. Add the router in the page. A read-only user for it: $bin setup-script"
}

# Whether others can open it already.
listens_everywhere() {
    case "$said" in *'others open it at '*) return 0 ;; *) return 1 ;; esac
}

# ===== what can be asked for =====

keep_old() {
    mkdir -p "$previous"
    cp -p -- "$bin" "$previous/lalin.new"
    mv -f -- "$previous/lalin.new" "$previous/lalin"
    if [ -f "$unit" ]; then cp -p -- "$unit" "$previous/lalin.service"; fi
}

roll_back() {
    trap - HUP INT TERM EXIT
    swapped=no
    say "Kembali ke versi sebelumnya..." "Going back to the version before..."
    cp -p -- "$previous/lalin" "$bin.new"
    mv -f -- "$bin.new" "$bin"
    if [ -f "$previous/lalin.service" ]; then cp -p -- "$previous/lalin.service" "$unit"; fi
    restart
    if healthy; then
        fail "Pembaruan dibatalkan: $1. Versi sebelumnya berjalan lagi di $page. Lihat: journalctl -u $SERVICE -n 50" \
            "The update was rolled back: $2. The version before runs again at $page. See: journalctl -u $SERVICE -n 50"
    fi
    fail "Pembaruan dibatalkan: $1, TETAPI versi sebelumnya juga tidak menjawab. Lihat: journalctl -u $SERVICE -n 50" \
        "The update was rolled back: $2, BUT the version before does not answer either. See: journalctl -u $SERVICE -n 50" 2
}

interrupted() {
    trap - EXIT
    rm -f -- "$bin.new"
    [ "$swapped" = no ] || roll_back "dihentikan" "it was interrupted"
    fail "Dihentikan." "Interrupted."
}

# Any command that fails ends the script; after the swap that is no place to stop.
stumbled() {
    rm -f -- "$bin.new"
    [ "$swapped" = no ] || roll_back "berhenti di tengah jalan" "it stopped half way"
}

install() {
    check_machine
    [ -n "$binary" ] || build
    swapped=no
    trap interrupted HUP INT TERM
    trap stumbled EXIT
    check_binary
    make_user
    make_config
    mkdir -p "$(dirname -- "$unit")"

    updating=no
    if [ -f "$bin" ]; then
        if cmp -s -- "$candidate" "$bin" && cmp -s -- "$HERE/lalin.service" "$unit" && good; then
            rm -f -- "$candidate"
            "$SYSTEMCTL" enable --quiet "$SERVICE"
            say "Sudah terpasang dan berjalan ($version): $page" \
                "Installed and running already ($version): $page"
            return 0
        fi
        updating=yes
        keep_old
        swapped=yes
    fi
    # A rename: the running program is never half of the new one.
    mv -f -- "$candidate" "$bin"
    cp -- "$HERE/lalin.service" "$unit"
    chmod 644 "$unit"
    restart

    say "Menunggu jawaban Lalin..." "Waiting for Lalin to answer..."
    if healthy; then
        trap - HUP INT TERM EXIT
        say "$version berjalan: $page" "$version is running: $page"
        say "Konfigurasi: $config   Log: journalctl -fu $SERVICE" "Configuration: $config   Log: journalctl -fu $SERVICE"
        [ "$updating" = yes ] || next_steps
        return 0
    fi
    [ "$updating" = no ] || roll_back "versi baru tidak menjawab" "the new version did not answer"
    fail "Lalin terpasang tetapi tidak menjawab. Lihat: journalctl -u $SERVICE -n 50. Perbaiki $config lalu: systemctl restart $SERVICE" \
        "Lalin is installed but does not answer. See: journalctl -u $SERVICE -n 50. Mend $config, then: systemctl restart $SERVICE" 2
}

remove() {
    [ -n "$root" ] || [ "$(id -u)" = 0 ] || fail "Jalankan sebagai root: sudo $0 --remove" "Run it as root: sudo $0 --remove"
    if [ -f "$unit" ]; then
        "$SYSTEMCTL" disable --now --quiet "$SERVICE" || true
        rm -f -- "$unit"
        "$SYSTEMCTL" daemon-reload
    fi
    rm -f -- "$bin" "$bin.new"
    rm -rf -- "$root/usr/local/lib/lalin"
    if [ "$purge" = yes ]; then
        rm -rf -- "$etc" "$data"
        if "$GETENT" passwd "$ACCOUNT" >/dev/null 2>&1; then "$USERDEL" "$ACCOUNT"; fi
        say "Lalin, konfigurasi dan datanya dihapus." "Lalin, its configuration and its data are removed."
    else
        say "Lalin dihapus. Yang tetap ada: $etc dan $data (hapus dengan --remove --purge)." \
            "Lalin is removed. What stays: $etc and $data (gone with --remove --purge)."
    fi
}

"$action"

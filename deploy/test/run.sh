#!/usr/bin/env bash
# deploy/install.sh in a scratch root, with stand-ins for what would touch the machine. The stand-in systemctl
# "runs" the installed program by copying it; the stand-in curl is answered if that copy says it is healthy.

set -u

here=$(cd "$(dirname "$0")" && pwd)
installer=$here/../install.sh
passed=0
failed=0

# ===== the stand-ins =====
# shellcheck disable=SC2016 # the stand-ins expand their words themselves
setup() {
    scratch=$(mktemp -d)
    root=$scratch/root
    state=$scratch/state
    mkdir -p "$root" "$state" "$scratch/bin"
    export root state

    stand_in systemctl '
        echo "$*" >>"$state/systemctl"
        case "$1" in
            daemon-reload) ! rm "$state/reload-fails" 2>/dev/null ;;
            restart) cp "$root/usr/local/bin/lalin" "$state/running"; cp "$root/etc/systemd/system/lalin.service" "$state/unit"
                ! grep -q "cannot start" "$state/running" ;;
            enable) touch "$state/enabled" ;;
            disable) rm -f "$state/running" "$state/enabled" ;;
            is-active) test -f "$state/running" && ! grep -q "cannot start" "$state/running" ;;
        esac'
    stand_in curl '
        for url; do :; done
        echo "$url" >>"$state/curl"
        if test -f "$state/interrupt"; then rm "$state/interrupt"; kill -TERM "$PPID"; exit 7; fi
        test -f "$state/elsewhere" && exit 0
        test -f "$state/running" && grep -q "is healthy" "$state/running"'
    stand_in useradd 'echo "$*" >>"$state/useradd"; touch "$state/user"'
    stand_in userdel 'echo "$*" >>"$state/userdel"; rm -f "$state/user"'
    stand_in getent 'test -f "$state/user"'
    stand_in chown 'echo "$*" >>"$state/chown"'
    stand_in sleep ':'

    program "$scratch/v1" 'version 1 is healthy'
    program "$scratch/v2" 'version 2 is healthy'
    program "$scratch/mute" 'version 3 never answers'
    program "$scratch/dead" 'version 4 cannot start'
    printf 'not a program\n' >"$scratch/broken"
}

stand_in() {
    printf '#!/bin/sh\n%s\n' "$2" >"$scratch/bin/$1"
    chmod +x "$scratch/bin/$1"
}

program() {
    printf '#!/bin/sh\n# %s\necho "lalin of %s"\n' "$2" "$(basename "$1")" >"$1"
}

# run WORDS..: the installer's output in $out, its exit code in $code.
run() {
    out=$(
        env -u LC_ALL -u LC_MESSAGES LANG="${lang:-C}" \
            SYSTEMCTL="$scratch/bin/systemctl" CURL="$scratch/bin/curl" USERADD="$scratch/bin/useradd" \
            USERDEL="$scratch/bin/userdel" GETENT="$scratch/bin/getent" CHOWN="$scratch/bin/chown" \
            SLEEP="$scratch/bin/sleep" \
            "$shell" "$installer" --root "$root" --wait 3 "$@" 2>&1
    )
    code=$?
}

# ===== what is demanded =====

broken=
must() {
    "$@" || { broken=yes && echo "    not so: $*" && echo "    exit $code, said: $out"; }
}
never() {
    if "$@"; then broken=yes && echo "    not to be: $*" && echo "    exit $code, said: $out"; fi
}
same() { cmp -s "$1" "$2"; }
said() { [[ $out == *"$1"* ]]; }
ended() { [ "$code" = "$1" ]; }
mode() { [ "$(stat -c %a "$1")" = "$2" ]; }
times() { [ "$(grep -c -e "$3" "$state/$2")" = "$1" ]; }

bin() { echo "$root/usr/local/bin/lalin"; }
unit() { echo "$root/etc/systemd/system/lalin.service"; }
old() { echo "$root/usr/local/lib/lalin/previous/lalin"; }
config() { echo "$root/etc/lalin/lalin.toml"; }

a_first_install_runs_and_prints_the_address() {
    run --binary "$scratch/v1"
    must ended 0
    must said 'lalin of v1 is running: http://127.0.0.1:3000/'
    must same "$(bin)" "$scratch/v1"
    must same "$state/running" "$scratch/v1"
    must test -x "$(bin)"
    must test -f "$state/enabled"
    must same "$(unit)" "$here/../lalin.service"
    must same "$(config)" "$here/../../docs/lalin.example.toml"
    must mode "$(config)" 640
    must mode "$root/etc/lalin" 750
    must times 1 chown "^root:lalin .*/etc/lalin .*/lalin.toml$"
    must times 1 useradd '--system .* lalin$'
    never test -e "$(old)"
}

a_second_run_changes_nothing() {
    run --binary "$scratch/v1"
    printf 'data-dir = "mine"\n' >"$(config)"
    run --binary "$scratch/v1"
    must ended 0
    must said 'running already (lalin of v1): http://127.0.0.1:3000/'
    must grep -q mine "$(config)"
    must times 1 useradd lalin
    must times 1 systemctl '^restart'
    never test -e "$(old)"
    never test -e "$(bin).new"
}

a_second_run_starts_what_was_stopped() {
    run --binary "$scratch/v1"
    rm "$state/running"
    run --binary "$scratch/v1"
    must ended 0
    must same "$state/running" "$scratch/v1"
}

an_update_keeps_the_old_program() {
    run --binary "$scratch/v1"
    run --binary "$scratch/v2"
    must ended 0
    must said 'lalin of v2 is running'
    must same "$(bin)" "$scratch/v2"
    must same "$state/running" "$scratch/v2"
    must same "$(old)" "$scratch/v1"
}

a_mute_update_is_rolled_back() {
    run --binary "$scratch/v1"
    echo '# the unit of before' >>"$(unit)"
    cp "$(unit)" "$scratch/unit"
    run --binary "$scratch/mute"
    must ended 1
    must said 'rolled back: the new version did not answer'
    must said 'runs again at http://127.0.0.1:3000/'
    must same "$(bin)" "$scratch/v1"
    must same "$state/running" "$scratch/v1"
    must same "$(unit)" "$scratch/unit"
    must same "$state/unit" "$scratch/unit"
    must test -x "$(bin)"
    run --binary "$scratch/v2"
    must ended 0
}

an_update_that_cannot_start_is_rolled_back() {
    run --binary "$scratch/v1"
    run --binary "$scratch/dead"
    must ended 1
    must same "$(bin)" "$scratch/v1"
    must same "$state/running" "$scratch/v1"
}

a_stranger_on_the_port_is_not_taken_for_the_service() {
    run --binary "$scratch/v1"
    touch "$state/elsewhere"
    run --binary "$scratch/dead"
    must ended 1
    must same "$state/running" "$scratch/v1"
}

an_interrupted_update_is_rolled_back() {
    run --binary "$scratch/v1"
    touch "$state/interrupt"
    # Asked for the first time, curl interrupts: the update is then complete but not proven.
    run --binary "$scratch/v2"
    must ended 1
    must said 'it was interrupted'
    must same "$(bin)" "$scratch/v1"
    must same "$state/running" "$scratch/v1"
}

an_update_that_stumbles_half_way_is_rolled_back() {
    run --binary "$scratch/v1"
    touch "$state/reload-fails"
    run --binary "$scratch/v2"
    must ended 1
    must said 'it stopped half way'
    must same "$(bin)" "$scratch/v1"
    must same "$state/running" "$scratch/v1"
}

a_roll_back_that_does_not_help_says_so() {
    run --binary "$scratch/v1"
    program "$scratch/v1" 'version 1 answers no more'
    cp "$scratch/v1" "$(bin)"
    run --binary "$scratch/mute"
    must ended 2
    must said 'BUT the version before does not answer either'
    must same "$(bin)" "$scratch/v1"
}

a_program_that_does_not_run_here_changes_nothing() {
    run --binary "$scratch/v1"
    run --binary "$scratch/broken"
    must ended 1
    must said 'Nothing was changed'
    must same "$(bin)" "$scratch/v1"
    must times 1 systemctl '^restart'
    never test -e "$(bin).new"
    run --binary "$scratch/absent"
    must ended 1
    must said 'No such file'
}

a_first_install_that_does_not_answer_says_where_to_look() {
    run --binary "$scratch/mute"
    must ended 2
    must said 'journalctl -u lalin'
    never said 'is running'
}

the_configured_address_is_asked() {
    run --binary "$scratch/v1"
    printf '[server]\n# listen = "10.0.0.1:1"\n  listen = "0.0.0.0:8080" # all\nopen = true\n' >"$(config)"
    run --binary "$scratch/v2"
    must said 'http://127.0.0.1:8080/'
    must times 2 curl '^http://127.0.0.1:8080/healthz$'
    printf 'LALIN_LISTEN=[::]:9090\n' >"$root/etc/lalin/lalin.env"
    run --binary "$scratch/v1"
    must said 'http://[::1]:9090/'
}

the_messages_are_indonesian_too() {
    lang=id_ID.UTF-8 run --binary "$scratch/v1"
    must said 'berjalan: http://127.0.0.1:3000/'
    run --lang id --binary "$scratch/mute"
    must ended 1
    must said 'Pembaruan dibatalkan: versi baru tidak menjawab'
}

removing_keeps_configuration_and_data() {
    run --binary "$scratch/v1"
    run --binary "$scratch/v2"
    mkdir -p "$root/var/lib/lalin"
    run --remove
    must ended 0
    for gone in "$(bin)" "$(unit)" "$root/usr/local/lib/lalin" "$state/running" "$state/enabled"; do
        never test -e "$gone"
    done
    must test -f "$(config)"
    must test -d "$root/var/lib/lalin"
    must test -f "$state/user"
    run --remove
    must ended 0
    run --remove --purge
    must ended 0
    never test -e "$root/etc/lalin"
    never test -e "$root/var/lib/lalin"
    never test -e "$state/user"
    run --binary "$scratch/v1"
    must ended 0
}

wrong_words_are_refused_before_anything_happens() {
    for words in '--bnary x' '--binary' '--purge' '--lang fr' '--wait soon'; do
        # shellcheck disable=SC2086 # several words
        run $words
        must ended 64
    done
    never test -e "$root/usr"
    never test -e "$state/systemctl"
    run --help
    must ended 0
    must said 'Usage'
}

the_unit_is_one_that_systemd_understands() {
    must grep -q '^NoNewPrivileges=yes$' "$here/../lalin.service"
    must grep -q '^ProtectSystem=strict$' "$here/../lalin.service"
    command -v systemd-analyze >/dev/null || return 0
    sed -e 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' "$here/../lalin.service" >"$scratch/lalin.service"
    code=0
    out=$(systemd-analyze verify "$scratch/lalin.service" 2>&1 | grep 'lalin.service:') || true
    must test -z "$out"
}

# wait_for_time: what the unit runs before the program, with a timedatectl that says yes after the fourth question.
wait_for_time() {
    local script
    script=$(sed -n "s|^ExecStartPre=-/bin/sh -c '\(.*\)'$|\1|p" "$here/../lalin.service")
    test -n "$script" || return 1
    # shellcheck disable=SC2016 # the unit writes a dollar twice
    RUNTIME_DIRECTORY=$state PATH="$scratch/bin:/usr/bin:/bin" "$shell" -c "${script//'$$'/'$'}"
}

the_unit_waits_until_the_time_is_synchronised_and_only_once_a_boot() {
    # shellcheck disable=SC2016
    stand_in timedatectl 'echo "$*" >>"$state/asked"; if [ "$(wc -l <"$state/asked")" -gt 3 ]; then echo yes; else echo no; fi'
    must wait_for_time
    must times 4 asked NTPSynchronized
    must wait_for_time
    must times 4 asked NTPSynchronized
}

the_unit_does_not_wait_for_ever_nor_where_nobody_can_say() {
    # shellcheck disable=SC2016
    stand_in timedatectl 'echo asked >>"$state/asked"; echo no'
    must wait_for_time
    must times 30 asked asked
    rm "$state/time-awaited" "$state/asked"
    # shellcheck disable=SC2016
    stand_in timedatectl 'echo asked >>"$state/asked"; exit 1'
    must wait_for_time
    must times 1 asked asked
}

the_script_for_windows_has_the_line_ends_of_windows() {
    must test "$(grep -c '' "$here/../install.bat")" = "$(grep -c $'\r$' "$here/../install.bat")"
}

# ===== all of them, under both shells =====

for shell in sh bash; do
    for name in $(declare -F | sed -n 's/^declare -f //p' | grep -E '^(a|an|the|removing|wrong)_'); do
        broken=
        code=
        out=
        setup
        "$name"
        rm -rf "$scratch"
        if [ -z "$broken" ]; then
            passed=$((passed + 1))
            echo "test $shell $name ... ok"
        else
            failed=$((failed + 1))
            echo "test $shell $name ... FAILED"
        fi
    done
done

[ "$failed" = 0 ] && verdict=ok || verdict=FAILED
echo "test result: $verdict. $passed passed; $failed failed"
[ "$failed" = 0 ]
